/** The life of a past test: a dataset, what its columns say, and what a job found; each step with an audit event. */
import type { Config } from '../../config.ts';
import { inTransaction } from '../../db.ts';
import type { Db } from '../../db.ts';
import { Conflict, Unprocessable } from '../../errors.ts';
import { countText } from '../../format.ts';
import { isSameLevel } from '../../ml/data/levels.ts';
import { recordEvent } from '../../store/audit.ts';
import type { Dataset, DatasetColumn } from '../../store/datasets.ts';
import { enqueueJob } from '../../store/jobs.ts';
import type { PastTestChoice } from '../../store/past-test-documents.ts';
import { beginReading, deletePastTest, insertPastTest } from '../../store/past-tests.ts';
import type { PastTest } from '../../store/past-tests.ts';
import { getReady, receiveDataset } from '../datasets/datasets.ts';
import type { NewUpload } from '../datasets/datasets.ts';
import type { User } from '../people/accounts.ts';

/** More would not be held as text. */
export const mostRows = 500_000;
const mostLevels = 10;

/** The file becomes a dataset: it is read, converted and removed as any other. */
export async function receivePastTest(
  db: Db,
  config: Config,
  user: User,
  { file, originalName }: Pick<NewUpload, 'file' | 'originalName'>,
): Promise<number> {
  const upload = { file, originalName, name: '', kind: 'customers', versionOf: null } as const;
  const datasetId = await receiveDataset(db, config, user, upload);
  return addPastTest(db, user, datasetId);
}

export async function addPastTest(db: Db, user: User, datasetId: number): Promise<number> {
  return inTransaction(db, (trx) => insertPastTest(trx, datasetId, user.id));
}

/** Columns that can say the arm or the outcome: those of two to ten levels. */
export function splittingColumns({ columns }: Dataset): DatasetColumn[] {
  return columns.filter(({ levels }) => levels.length >= 2 && levels.length <= mostLevels);
}

/** Columns that can have been known before the test. */
export function possibleInputs({ columns }: Dataset): DatasetColumn[] {
  return columns.filter(({ type, role }) => type !== 'text' && role !== 'identifier');
}

/** Queues the reading. @throws Unprocessable when the columns cannot be used; Conflict while it is being read */
export async function readPastTestLater(
  db: Db,
  user: User,
  { id, datasetId, name }: PastTest,
  choice: PastTestChoice,
): Promise<void> {
  await inTransaction(db, async (trx) => {
    const dataset = await getReady(trx, datasetId);
    const problems = problemsOf(dataset, choice);
    if (problems.length > 0) throw new Unprocessable(problems);
    if (!(await beginReading(trx, id, choice))) throw beingRead();
    await enqueueJob(trx, {
      kind: 'read-past-test',
      payload: { pastTestId: id, sourceId: datasetId },
      subject: `Read the test ${name}`,
      createdBy: user.id,
    });
    await recordEvent(trx, {
      userId: user.id,
      action: 'past-test.columns-chosen',
      subject: name,
      after: choice,
    });
  });
}

/** Its dataset stays. @throws Conflict while it is being read */
export async function removePastTest(db: Db, user: User, { id, name }: PastTest): Promise<void> {
  await inTransaction(db, async (trx) => {
    if (!(await deletePastTest(trx, id))) throw beingRead();
    await recordEvent(trx, { userId: user.id, action: 'past-test.removed', subject: name });
  });
}

function problemsOf(dataset: Dataset, choice: PastTestChoice) {
  const has = (column: string, level: string): boolean =>
    splittingColumns(dataset).some(
      ({ name, levels }) => name === column && levels.some((one) => isSameLevel(one, level)),
    );
  const found: { field: string; message: string }[] = [];
  if (dataset.rowCount > mostRows)
    found.push({
      field: 'control',
      message: `The file has more than ${countText(mostRows)} rows. Upload a part of it, drawn at random.`,
    });
  if (!has(choice.armColumn, choice.controlArm))
    found.push({ field: 'control', message: 'Choose the control group.' });
  if (!has(choice.outcomeColumn, choice.outcomeLevel))
    found.push({ field: 'outcome', message: 'Choose the outcome.' });
  else if (choice.outcomeColumn === choice.armColumn)
    found.push({ field: 'outcome', message: 'The outcome must be another column than the control group’s.' });
  return found;
}

function beingRead(): Conflict {
  return new Conflict('This test is being read. Try again when that is done.');
}
