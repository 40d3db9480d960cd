/** The site's navigation for one person on one page: the sections, and the pages of the current section. */
import type { Permission } from '../domain/people/permissions.ts';

interface Page {
  readonly label: string;
  readonly href: string;
  readonly permission: Permission;
  /** Other addresses that belong to this page. */
  readonly alsoAt?: readonly string[];
}

interface Section {
  readonly label: string;
  readonly pages: readonly Page[];
}

/** A link's value of `aria-current`: this page, or a page above it. */
export type Current = 'page' | 'true' | null;

export interface NavigationLink {
  readonly label: string;
  readonly href: string;
  readonly current: Current;
}

export interface NavigationSection extends NavigationLink {
  /** Empty where the section is a single page. */
  readonly pages: readonly NavigationLink[];
}

export interface Navigation {
  readonly sections: readonly NavigationSection[];
  /** The section that the page belongs to. */
  readonly section: NavigationSection | null;
}

/** At most six sections, so that they fit on one line. */
const sections: readonly Section[] = [
  {
    label: 'Home',
    pages: [
      { label: 'Home', href: '/', permission: 'dashboard:view' },
      { label: 'Alerts', href: '/alerts', permission: 'dashboard:view' },
    ],
  },
  {
    label: 'Score',
    pages: [
      { label: 'Score a file', href: '/score', permission: 'batch:create', alsoAt: ['/batches'] },
      { label: 'Queries', href: '/queries', permission: 'batch:create' },
      { label: 'Score one customer', href: '/predict', permission: 'prediction:create' },
    ],
  },
  {
    label: 'Customers',
    pages: [
      {
        label: 'Customers',
        href: '/customers',
        permission: 'prediction:view',
        alsoAt: ['/set-levels'],
      },
      {
        label: 'Segments',
        href: '/segments',
        permission: 'dashboard:view',
        alsoAt: ['/groupings'],
      },
      {
        label: 'Campaigns',
        href: '/campaigns',
        permission: 'campaign:view',
        alsoAt: ['/past-tests'],
      },
      { label: 'Plans', href: '/plans', permission: 'campaign:view' },
      { label: 'Actions', href: '/actions', permission: 'campaign:view' },
      { label: 'Outcomes', href: '/outcomes', permission: 'campaign:edit' },
    ],
  },
  {
    label: 'Analytics',
    pages: [
      { label: 'Risk', href: '/analytics', permission: 'dashboard:view' },
      { label: 'Two columns', href: '/analytics/pairs', permission: 'dashboard:view' },
      { label: 'Reasons', href: '/analytics/drivers', permission: 'dashboard:view' },
      { label: 'Actions taken', href: '/analytics/actions', permission: 'dashboard:view' },
      { label: 'Movement', href: '/analytics/movement', permission: 'dashboard:view' },
      { label: 'Over time', href: '/analytics/history', permission: 'dashboard:view' },
      { label: 'Saved views', href: '/saved-views', permission: 'dashboard:view' },
    ],
  },
  {
    label: 'Models',
    pages: [
      { label: 'Models', href: '/models', permission: 'model:view' },
      { label: 'Datasets', href: '/datasets', permission: 'dataset:edit' },
      { label: 'Training runs', href: '/trainings', permission: 'model:train' },
      { label: 'Promotion tests', href: '/models/tests', permission: 'model:view' },
    ],
  },
  {
    label: 'Settings',
    pages: [
      { label: 'Overview', href: '/settings', permission: 'rule:edit' },
      {
        label: 'Retention rules',
        href: '/settings/rules',
        permission: 'rule:edit',
        alsoAt: ['/settings/levers'],
      },
      { label: 'Risk levels', href: '/settings/risk-levels', permission: 'settings:edit' },
      { label: 'Organisation', href: '/settings/organisation', permission: 'settings:edit' },
      { label: 'Alerts', href: '/settings/alerts', permission: 'settings:edit' },
      { label: 'Schedules', href: '/settings/schedules', permission: 'settings:edit' },
      { label: 'Connections', href: '/settings/connections', permission: 'settings:edit' },
      {
        label: 'API keys',
        href: '/settings/api-keys',
        permission: 'settings:edit',
        alsoAt: ['/api-reference'],
      },
      { label: 'Sample data', href: '/settings/sample', permission: 'settings:edit' },
      { label: 'Data of a customer', href: '/customer-data', permission: 'export:download' },
      { label: 'Users', href: '/admin/users', permission: 'user:manage' },
      { label: 'Jobs', href: '/admin/jobs', permission: 'job:view' },
      { label: 'Audit log', href: '/admin/audit', permission: 'audit:view' },
    ],
  },
];

export function presentNavigation(path: string, can: (permission: Permission) => boolean): Navigation {
  const allowed = sections
    .map(({ label, pages }) => ({ label, pages: pages.filter(({ permission }) => can(permission)) }))
    .filter(({ pages }) => pages.length > 0);
  const page = pageAt(
    path,
    allowed.flatMap(({ pages }) => pages),
  );
  const shown = allowed.map(({ label, pages }) => ({
    ...linkTo({ label, href: pages[0]!.href }, page !== null && pages.includes(page), path),
    pages: pages.length === 1 ? [] : pages.map((one) => linkTo(one, one === page, path)),
  }));
  return { sections: shown, section: shown.find(({ current }) => current !== null) ?? null };
}

function linkTo(
  { label, href }: Pick<Page, 'label' | 'href'>,
  isCurrent: boolean,
  path: string,
): NavigationLink {
  return { label, href, current: isCurrent ? (href === path ? 'page' : 'true') : null };
}

/** The page with the longest address that `path` is at or below; only `/` itself is at home. */
function pageAt(path: string, pages: readonly Page[]): Page | null {
  let best: { readonly page: Page; readonly length: number } | null = null;
  for (const page of pages)
    for (const address of [page.href, ...(page.alsoAt ?? [])]) {
      const isAt = path === address || (address !== '/' && path.startsWith(`${address}/`));
      if (isAt && address.length > (best?.length ?? 0)) best = { page, length: address.length };
    }
  return best?.page ?? null;
}
