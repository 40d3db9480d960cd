import { describe, expect, it } from 'vitest';
import { can } from '../../src/domain/people/permissions.ts';
import type { Role } from '../../src/domain/people/permissions.ts';
import { presentNavigation } from '../../src/presenters/navigation.ts';

const navigationOf = (role: Role, path: string) =>
  presentNavigation(path, (permission) => can({ role }, permission));
const labels = (links: readonly { readonly label: string }[]): string[] => links.map(({ label }) => label);

describe('the navigation', () => {
  it('has at most six sections', () => {
    expect(labels(navigationOf('admin', '/').sections)).toEqual([
      'Home',
      'Score',
      'Customers',
      'Analytics',
      'Models',
      'Settings',
    ]);
  });

  it('shows only the pages that a role may open', () => {
    const { sections, section } = navigationOf('viewer', '/models');
    expect(labels(sections)).toEqual(['Home', 'Customers', 'Analytics', 'Models']);
    expect(labels(section!.pages)).toEqual(['Models', 'Promotion tests']);
    expect(labels(navigationOf('analyst', '/settings').section!.pages)).toEqual([
      'Overview',
      'Retention rules',
      'Data of a customer',
    ]);
  });

  it.each([
    ['/', 'Home', 'Home'],
    ['/alerts', 'Home', 'Alerts'],
    ['/score', 'Score', 'Score a file'],
    ['/batches/12/check', 'Score', 'Score a file'],
    ['/predict', 'Score', 'Score one customer'],
    ['/customers/3', 'Customers', 'Customers'],
    ['/campaigns/3', 'Customers', 'Campaigns'],
    ['/analytics', 'Analytics', 'Risk'],
    ['/analytics/history', 'Analytics', 'Over time'],
    ['/analytics/pairs', 'Analytics', 'Two columns'],
    ['/analytics/movement', 'Analytics', 'Movement'],
    ['/models', 'Models', 'Models'],
    ['/models/3', 'Models', 'Models'],
    ['/models/tests/new', 'Models', 'Promotion tests'],
    ['/datasets/1/training', 'Models', 'Datasets'],
    ['/trainings/4', 'Models', 'Training runs'],
    ['/settings/rules/2', 'Settings', 'Retention rules'],
    ['/settings/alerts', 'Settings', 'Alerts'],
    ['/admin/audit', 'Settings', 'Audit log'],
  ])('at %s marks %s and %s', (path, section, page) => {
    const { sections, section: current } = navigationOf('admin', path);
    expect(labels(sections.filter((one) => one.current !== null))).toEqual([section]);
    expect(labels(current!.pages.filter((one) => one.current !== null))).toEqual([page]);
  });

  it('marks a link as the current page or as one above it', () => {
    const { sections, section } = navigationOf('admin', '/datasets/1');
    expect(sections.map(({ current }) => current)).toEqual([null, null, null, null, 'true', null]);
    expect(section!.pages.find(({ label }) => label === 'Datasets')!.current).toBe('true');
    const page = navigationOf('admin', '/datasets').section!.pages.find(({ label }) => label === 'Datasets')!;
    expect(page.current).toBe('page');
  });

  it('marks nothing on a page outside of it', () => {
    expect(navigationOf('admin', '/account').section).toBeNull();
  });
});
