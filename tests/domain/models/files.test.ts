import { createHash } from 'node:crypto';
import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  loadModelFile,
  readModelFile,
  removeModelFile,
  verifyModelFile,
  writeModelFile,
} from '../../../src/domain/models/files.ts';
import { trainOnTable } from '../../../src/domain/training/fit.ts';
import { readTrainingTable } from '../../../src/domain/training/table.ts';
import { customersCsv } from '../../helpers/app.ts';
import { planOf } from '../../helpers/plan.ts';

let seed = 0;
const freshModel = () =>
  trainOnTable(
    readTrainingTable(customersCsv(200, 5, true)),
    planOf(['logistic'], ++seed, { only: ['Contract', 'tenure'] }),
    () => undefined,
  );

let folder: string;
let path: string;
let record: { file: string; sha256: string; label: string };
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-models-'));
  path = join(folder, 'm.holdfast');
  record = {
    file: 'm.holdfast',
    sha256: await writeModelFile(folder, 'm.holdfast', freshModel()),
    label: 'v1 Test',
  };
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe('a model file', () => {
  it('is written whole, for its owner alone, and read back as it was', async () => {
    const model = freshModel();
    const sha256 = await writeModelFile(folder, 'other.holdfast', model);
    expect(
      createHash('sha256')
        .update(readFileSync(join(folder, 'other.holdfast')))
        .digest('hex'),
    ).toBe(sha256);
    expect(await readModelFile(folder, { file: 'other.holdfast', sha256, label: 'v2' })).toEqual(model);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder).sort()).toEqual(['m.holdfast', 'other.holdfast']);
  });

  it.each<[string, () => void, RegExp]>([
    [
      'gone',
      () => {
        rmSync(path);
      },
      /cannot be read/,
    ],
    [
      'cut off',
      () => {
        writeFileSync(path, readFileSync(path).subarray(0, 500));
      },
      /not the one that was trained/,
    ],
    [
      'changed in one bit',
      () => {
        flipBit(path, 400);
      },
      /not the one that was trained/,
    ],
    [
      'a pickle',
      () => {
        writeFileSync(path, Buffer.from('80049526', 'hex'));
      },
      /not the one that was trained/,
    ],
    [
      'a folder',
      () => {
        record = { ...record, file: '.' };
      },
      /cannot be read/,
    ],
    [
      'a link to another file',
      () => {
        linkElsewhere(path);
      },
      /cannot be read/,
    ],
  ])('that is %s is refused with what to do, naming the model', async (_name, harm, words) => {
    harm();
    const reading = readModelFile(folder, record);
    await expect(reading).rejects.toThrow(words);
    await expect(reading).rejects.toMatchObject({ status: 409, code: 'model-unusable' });
    await expect(reading).rejects.toThrow(/v1 Test.*or activate or train another model/);
  });

  it('that is another valid model is refused: it is not the one that was evaluated', async () => {
    await writeModelFile(folder, 'm.holdfast', freshModel());
    await expect(readModelFile(folder, record)).rejects.toThrow(/not the one that was trained/);
  });

  it('is refused when its file is changed or removed after it was read, until it is back', async () => {
    await readModelFile(folder, record);
    await verifyModelFile(folder, record);
    flipBit(path, 400);
    await expect(readModelFile(folder, record)).rejects.toThrow(/not the one that was trained/);
    await expect(verifyModelFile(folder, record)).rejects.toThrow(/not the one that was trained/);
    flipBit(path, 400);
    await readModelFile(folder, record);
    await verifyModelFile(folder, record);
    rmSync(path);
    await expect(readModelFile(folder, record)).rejects.toThrow(/missing or cannot be read/);
    await expect(verifyModelFile(folder, record)).rejects.toThrow(/missing or cannot be read/);
  });

  it('stays in memory while its file is as it was', async () => {
    await new Promise((resume) => setTimeout(resume, 150));
    const model = await readModelFile(folder, record);
    expect(await readModelFile(folder, record)).toBe(model);
  });

  it('is looked for in its folder only, whatever its name says', async () => {
    writeFileSync(join(folder, '..', 'outside.holdfast'), readFileSync(path));
    const outside = { ...record, file: '../outside.holdfast' };
    await expect(readModelFile(folder, outside)).rejects.toThrow(/cannot be read/);
    await removeModelFile(folder, '../outside.holdfast');
    expect(readdirSync(join(folder, '..'))).toContain('outside.holdfast');
    rmSync(join(folder, '..', 'outside.holdfast'));
  });

  it('anywhere on disk can be loaded by hand, and says what is wrong with it', async () => {
    expect((await loadModelFile(path)).schema.features).toHaveLength(2);
    flipBit(path, 400);
    await expect(loadModelFile(path)).rejects.toThrow(/checksum/);
    await expect(loadModelFile(join(folder, 'none'))).rejects.toThrow(/no such file/);
  });
});

function flipBit(file: string, at: number): void {
  const bytes = readFileSync(file);
  bytes[at]! ^= 1;
  writeFileSync(file, bytes);
}

function linkElsewhere(file: string): void {
  const other = `${file}.elsewhere`;
  writeFileSync(other, readFileSync(file));
  rmSync(file);
  symlinkSync(other, file);
}
