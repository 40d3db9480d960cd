import { readdirSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { activateSmallModel, csrfToken, customersCsv, signIn } from '../helpers/app.ts';
import { openSite } from '../helpers/site.ts';
import { runJobs } from '../helpers/work.ts';

const test = openSite('analyst', { USER_QUOTA_FILES: '2', UPLOAD_QUOTA_FILES: '3', UPLOAD_QUOTA_MB: '1' });
const { postFile } = test;
const csv = customersCsv(5, 1);
beforeAll(() => activateSmallModel(test));

const names = () => readdirSync(test.context.config.uploadsDir);

describe('an upload beyond a quota', () => {
  it('is refused with 413 and what to do, and leaves nothing behind', async () => {
    await postFile('/batches', csv).expect(303);
    await postFile('/datasets', customersCsv(5, 2, true)).expect(303);
    const before = names();
    for (const path of ['/batches', '/datasets', '/past-tests']) {
      const { text } = await postFile(path, csv).expect(413);
      expect(text).toContain('uploads of one user may be 2 files of 256000 MB in all');
      expect(text).toContain('raise USER_QUOTA_FILES and USER_QUOTA_MB');
    }
    expect(names()).toEqual(before);
  });

  it('is counted for each user, and for all of them together', async () => {
    const other = await signIn(test, 'analyst');
    const _csrf = await csrfToken(other, '/account');
    const send = (content: string) =>
      other.post('/batches').field('_csrf', _csrf).attach('file', Buffer.from(content), 'customers.csv');
    // Larger than what is left of one megabyte.
    const large = await send(`${csv}${' '.repeat(1_200_000)}`).expect(413);
    expect(large.text).toContain('uploads of your organisation');
    await send(csv).expect(303);
    expect((await send(csv).expect(413)).text).toContain('may be 3 files of 1 MB');
  });

  it('is taken again when a file is deleted', async () => {
    await runJobs(test.context);
    const { id } = await test.context.db('batches').min({ id: 'id' }).first<{ id: number }>();
    await test.post(`/batches/${id}/removal`).expect(303);
    await postFile('/batches', csv).expect(303);
  });
});
