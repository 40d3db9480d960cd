/** Saved views over HTTP: a page with its filters under a name, whose they are, and what is said where a part is gone. */
import { beforeAll, describe, expect, it } from 'vitest';
import { listEvents } from '../../src/store/audit.ts';
import { deleteSegment } from '../../src/store/segments.ts';
import { activateSmallModel, csrfToken, customersCsv, signIn } from '../helpers/app.ts';
import type { Agent } from '../helpers/datasets.ts';
import { openSite } from '../helpers/site.ts';

const test = openSite('analyst');
const { post, pageOf } = test;
let viewer: Agent;
beforeAll(async () => {
  await activateSmallModel(test);
  await test.scoreAtOnce(customersCsv(60, 9));
  viewer = await signIn(test, 'viewer');
});

/** The addresses of views in the menu of a page, or in the list, by their names. */
function viewsOn(page: string): Record<string, string> {
  const links = page.matchAll(/<a href="([^"]+)"(?: aria-current="true")?>([^<]+)<\/a>/g);
  return Object.fromEntries([...links].map(([, href, name]) => [name!, href!.replaceAll('&amp;', '&')]));
}

const changeAddress = async (name: string): Promise<string> =>
  new RegExp(`href="(/saved-views/\\d+)">Change<span class="visually-hidden"> ${name}<`).exec(
    await pageOf('/saved-views'),
  )![1]!;

describe('what a page shows', () => {
  it('is saved under a name, listed on its page and opened again', async () => {
    const asked = '/analytics?risk=high&column=Contract&level=Two+year';
    const form = viewsOn(await pageOf(asked))['Save this view']!;
    expect(await pageOf(form)).toContain('Customers with risk level high, Contract Two year');
    const { headers } = await post('/saved-views', {
      name: 'Long contracts',
      at: '/analytics',
      risk: 'high',
      column: 'Contract',
      level: 'Two year',
    }).expect(303);
    expect(headers['location']).toBe(asked);
    expect(viewsOn(await pageOf('/analytics'))['Long contracts']).toBe(asked);
    expect(await pageOf(asked)).toContain('aria-current="true">Long contracts');
    expect(viewsOn(await pageOf('/customers'))['Long contracts']).toBeUndefined();
  });

  it.each([
    ['/customers', { risk: 'high', sort: 'value', order: 'asc' }],
    ['/analytics/pairs', { down: 'Contract', across: 'tenure' }],
    ['/analytics/movement', { column: 'Contract', level: 'Two year' }],
    ['/analytics/history', { column: 'Contract', level: 'One year' }],
  ])('can be a view of %s', async (at, query) => {
    const name = `Of ${at}`;
    const { headers } = await post('/saved-views', { name, at, ...query }).expect(303);
    expect(await pageOf(headers['location']!)).toContain(name);
  });

  it('needs a name, and a page that has views', async () => {
    const nameless = await post('/saved-views', { at: '/customers', risk: 'low' }).expect(422);
    expect(nameless.text).toContain('This is missing');
    expect(nameless.text).toContain('name="risk" value="low"');
    await post('/saved-views', { name: 'x', at: '/admin/users' }).expect(422);
  });
});

describe('the owner of a view', () => {
  it('alone sees it, until it is shared', async () => {
    await post('/saved-views', { name: 'Mine', at: '/customers', risk: 'high' }).expect(303);
    const seen = async () => viewsOn((await viewer.get('/customers').expect(200)).text)['Mine'];
    expect(await seen()).toBeUndefined();
    const address = await changeAddress('Mine');
    await viewer.get(address).expect(404);
    await post(address, { name: 'Mine', isShared: 'yes' }).expect(303);
    expect(await seen()).toContain('/customers?risk=high');
    await viewer.get(address).expect(403);
  });

  it('who may not edit keeps views to themselves', async () => {
    const fields = { _csrf: await csrfToken(viewer, '/account'), name: 'Own', at: '/analytics' };
    const send = (more: object) =>
      viewer
        .post('/saved-views')
        .type('form')
        .send({ ...fields, ...more });
    await send({ isShared: 'yes' }).expect(403);
    await send({ risk: 'low' }).expect(303);
    expect((await viewer.get('/saved-views')).text).toContain('Own');
    expect(await pageOf('/saved-views')).not.toContain('>Own<');
  });

  it('renames and removes it', async () => {
    await post('/saved-views', { name: 'Before', at: '/customers', risk: 'low' }).expect(303);
    const address = await changeAddress('Before');
    await post(address, { name: ' ' }).expect(422);
    await post(address, { name: 'After' }).expect(303);
    expect(await pageOf('/saved-views')).toContain('>After<');
    expect(await pageOf(`${address}/removal`)).toContain('Remove After?');
    await post(`${address}/removal`).expect(303);
    await test.agent.get(address).expect(404);
  });
});

describe('a view', () => {
  it('says what is gone of what it asks for', async () => {
    const { headers } = await post('/segments', { name: 'Gone soon', column: 'Contract', level: 'One year' });
    const segment = /\d+$/.exec(headers['location']!)![0];
    await post('/saved-views', { name: 'Broken', at: '/analytics', segment, column: 'No_such' }).expect(303);
    expect(await pageOf('/analytics')).toContain('No longer there: column');
    await deleteSegment(test.context.db, Number(segment));
    const words = 'No longer there: segment, column';
    for (const path of ['/analytics', '/saved-views', await changeAddress('Broken')])
      expect(await pageOf(path)).toContain(words);
    await pageOf(viewsOn(await pageOf('/saved-views'))['Broken']!);
    await post('/saved-views', { name: 'No file', at: '/customers', batch: '999', model: '999' }).expect(303);
    expect(await pageOf('/customers')).toContain('No longer there: file, model');
  });

  it('of a search for one customer is on record without who it is', async () => {
    await post('/saved-views', { name: 'Customer c-77', at: '/customers', search: 'c-77' }).expect(303);
    const address = await changeAddress('Customer c-77');
    await post(address, { name: 'Again c-77' }).expect(303);
    await post(`${address}/removal`).expect(303);
    const everything = { action: null, userId: null, from: null, to: null };
    const events = await listEvents(test.context.db, everything, 3, 0);
    expect(events.map(({ action }) => action)).toEqual(['view.removed', 'view.changed', 'view.saved']);
    expect(JSON.stringify(events)).not.toContain('c-77');
  });
});
