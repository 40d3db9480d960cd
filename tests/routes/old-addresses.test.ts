import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestApp } from '../helpers/app.ts';
import type { TestApp } from '../helpers/app.ts';

describe('an address of an earlier version', () => {
  let test: TestApp;

  beforeAll(async () => {
    test = await createTestApp();
  });
  afterAll(() => test.close());

  it.each([
    ['/upload', '/score'],
    ['/upload/12', '/batches/12'],
    ['/upload/12/check', '/batches/12/check'],
    ['/upload/12/files/scored.csv', '/batches/12/files/scored.csv'],
    ['/upload/12/repair?page=2', '/batches/12/corrections?page=2'],
    ['/predictions?risk=high&page=3', '/customers?risk=high&page=3'],
    ['/predictions.csv?sort=value', '/customers.csv?sort=value'],
    ['/admin', '/settings'],
    ['/predictions/7?compared=5', '/customers/7?compared=5'],
  ])('%s leads to %s', async (old, today) => {
    await request(test.app).get(old).expect(308).expect('location', today);
  });

  it('never leads to another site', async () => {
    const { headers } = await request(test.app).get('/upload//example.com/%0d%0aSet-Cookie:x').expect(308);
    expect(headers['location']).toMatch(/^\/batches\//);
    expect(headers['set-cookie']).toBeUndefined();
  });
});
