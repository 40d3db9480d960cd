import { describe, expect, it } from 'vitest';
import * as errors from '../../src/errors.ts';
import { packError, unpackError } from '../../src/tasks/packed-error.ts';

const {
  AppError,
  ChangedFile,
  Conflict,
  DamagedRecord,
  DamagedScores,
  FileElsewhere,
  FilesUnavailable,
  Forbidden,
  NotFound,
  TooManyRequests,
  Unavailable,
  Unprocessable,
} = errors;

const travel = (error: unknown): Error => unpackError(structuredClone(packError(error)));

describe('errors between threads', () => {
  const samples = [
    new AppError(415, 'unsupported', 'No such kind.'),
    new DamagedRecord('batch 12', 'it has no report of a check'),
    new DamagedScores(
      { batchId: 12, name: 'customers.csv', uploadedAt: '2026-11-24T09:00:00.000Z', scoreBytes: 900 },
      'it is missing',
    ),
    new FilesUnavailable('s3://bucket/files', 'there is no such bucket'),
    new FileElsewhere('uploads/4f.scores'),
    new ChangedFile('s3://bucket/files', 'ab-12', 'it is missing there'),
    new NotFound('model'),
    new Forbidden(),
    new Conflict('Not now.', 'taken'),
    new Unprocessable([{ field: 'name', message: 'Too long.' }]),
    new TooManyRequests(30, 'Slow down.'),
    new Unavailable('Later.', 'busy', 7),
  ];

  it.each(samples)('arrive as they were thrown: $name', (error) => {
    const arrived = travel(error);
    expect(arrived).toBeInstanceOf(error.constructor);
    expect(arrived).toEqual(error);
  });

  it('has a sample of every kind that can be thrown', () => {
    const kinds = Object.entries(errors)
      .filter(([name, value]) => value.prototype instanceof Error && name !== 'TryLater')
      .map(([name]) => name);
    expect(samples.map(({ name }) => name).sort()).toEqual(kinds.sort());
  });

  it('keep a fault a fault, with its code', () => {
    const arrived = travel(Object.assign(new TypeError('x is not a function'), { code: 'SQLITE_BUSY' }));
    expect(arrived).not.toBeInstanceOf(AppError);
    expect(arrived).toMatchObject({ name: 'TypeError', message: 'x is not a function', code: 'SQLITE_BUSY' });
  });
});
