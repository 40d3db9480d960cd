/** An installation's files move to a store: counted, read back, and to be continued after it was cut off. */
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Config } from '../../../src/config.ts';
import { moveFiles } from '../../../src/domain/files/moving.ts';
import { prepareFiles } from '../../../src/domain/files/starting.ts';
import { updateBatch } from '../../../src/store/batches.ts';
import {
  activateSmallModel,
  createTestApp,
  customersCsv,
  setUpOrganisation,
  signIn,
} from '../../helpers/app.ts';
import type { TestApp } from '../../helpers/app.ts';
import { createObjectFolder } from '../../helpers/machines.ts';
import { scoreFile } from '../../helpers/models.ts';

let test: TestApp;
let batch: number;
let folder: ReturnType<typeof createObjectFolder>;
let moved: Config;
beforeEach(async () => {
  folder = createObjectFolder();
  test = await createTestApp();
  moved = { ...test.context.config, fileStore: { kind: 'folder', folder: folder.path } };
  await setUpOrganisation(test);
  await activateSmallModel(test, ['Contract', 'tenure', 'MonthlyCharges']);
  batch = (await scoreFile(test, await signIn(test, 'analyst'), customersCsv(20, 3))).id;
});
afterEach(async () => {
  await test.close();
  folder.remove();
});

const objects = (): string[] => readdirSync(folder.path, { recursive: true }).map(String);

it('stores what the database refers to once, and the program starts with the store from then on', async () => {
  await expect(prepareFiles({ ...test.context, config: moved })).rejects.toThrow(
    '6 files of this installation are not in the file store yet. Run: holdfast migrate-files',
  );
  // A model, and of the batch the upload in two forms, two results and the scores.
  const first = await moveFiles(moved);
  expect(first).toMatchObject({ files: 6, copied: 6, address: folder.path });
  expect(await moveFiles(moved)).toEqual({ ...first, copied: 0 });
  await prepareFiles({ ...test.context, config: moved });
  await expect(prepareFiles(test.context)).rejects.toThrow('Set FILES to its address');
});

it('leaves derived files where they are', async () => {
  const names = readdirSync(test.context.config.uploadsDir);
  expect(names.some((name) => name.endsWith('.customers'))).toBe(true);
  const { files } = await moveFiles(moved);
  expect(objects().filter((name) => /[0-9a-f]{64}/.test(name))).toHaveLength(files);
});

it('waits for nobody: a file that is being scored is to be finished first', async () => {
  await updateBatch(test.context.db, batch, { state: 'scoring' });
  await expect(moveFiles(moved)).rejects.toThrow('is being checked or scored');
  expect(objects().filter((name) => /[0-9a-f]{64}/.test(name))).toEqual([]);
});

it('fetches everything where the folders were lost', async () => {
  await moveFiles(moved);
  const { uploadsDir, modelsDir } = moved;
  for (const path of [uploadsDir, modelsDir])
    for (const name of readdirSync(path)) rmSync(join(path, name), { recursive: true });
  await prepareFiles({ ...test.context, config: moved });
  expect(readdirSync(modelsDir).filter((name) => name.endsWith('.holdfast'))).toHaveLength(1);
  expect(readdirSync(uploadsDir).filter((name) => name.endsWith('.scores'))).toHaveLength(1);
});
