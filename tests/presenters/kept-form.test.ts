import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { describeKeptForm } from '../../src/presenters/kept-form.ts';

describe('a form that waits to be sent again', () => {
  it('describes the action and shows the typed values under their labels', () => {
    const rule = {
      action: 'Call',
      cost: '12.50',
      high: 'yes',
      enabled: 'yes',
      reason: '',
      column0: 'Contract',
    };
    expect(describeKeptForm({ path: '/settings/rules/12?x=1', fields: Object.entries(rule) })).toEqual({
      doing: 'changing the retention rule “Call”',
      subject: '/settings/rules/12',
      typed: [
        { label: 'Action', text: 'Call' },
        { label: 'Cost per customer', text: '12.50' },
        { label: 'High risk', text: 'Yes' },
        { label: 'In use', text: 'Yes' },
      ],
      others: '1 more field will be sent as you filled it in.',
    });
    const customer = { model: '3', customer: 'c1', f0: 'Fiber optic', f1: '12', f2: '' };
    expect(describeKeptForm({ path: '/predict', fields: Object.entries(customer) })).toEqual({
      doing: 'predicting for one customer “c1”',
      subject: null,
      typed: [
        { label: 'Customer ID', text: 'c1' },
        { label: 'The rest', text: 'Fiber optic · 12' },
      ],
      others: null,
    });
    expect(describeKeptForm({ path: '/models/tests/4/removal', fields: [] })).toMatchObject({
      doing: 'removing a promotion test',
      subject: '/models/tests/4',
    });
    expect(describeKeptForm({ path: '/', fields: [['constructor', 'x']] })).toEqual({
      doing: 'sending a form',
      subject: null,
      typed: [],
      others: '1 more field will be sent as you filled it in.',
    });
  });

  it('never shows a password', () => {
    const secret = [['currentPassword', 'secret']] as [string, string][];
    for (const path of ['/account', '/account/password', '/admin/users', '/predict'])
      expect(JSON.stringify(describeKeptForm({ path, fields: secret }))).not.toContain('secret');
  });

  it('covers every address that accepts a form after sign-in', () => {
    const routes = readFileSync('src/routes/index.ts', 'utf8');
    const paths = [...routes.matchAll(/map\.post\('([^']+)', '([^']+)'/g)]
      .filter(
        ([, path, access]) => access !== 'everyone' && path !== '/account/password' && path !== '/sign-out',
      )
      .map(([, path]) => path!.replace(':id', '7'));
    expect(paths.length).toBeGreaterThan(30);
    const unknown = paths.filter((path) => describeKeptForm({ path, fields: [] }).doing === 'sending a form');
    expect(unknown).toEqual([]);
  });
});
