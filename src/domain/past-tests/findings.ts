/** What a past test says: its arms compared, whether they are alike, and who reacts to what. */
import type { Config } from '../../config.ts';
import type { Db } from '../../db.ts';
import { differenceOfArms } from '../../ml/experiments/arm-difference.ts';
import { outcomesByStratum } from '../../ml/experiments/arm-outcomes.ts';
import { balanceOf } from '../../ml/experiments/balance.ts';
import { checkSampleRatio } from '../../ml/experiments/sample-ratio.ts';
import { getDataset } from '../../store/datasets.ts';
import type {
  ArmFinding,
  PastTestChoice,
  PastTestFindings,
  UpliftFinding,
} from '../../store/past-test-documents.ts';
import type { PastTest } from '../../store/past-tests.ts';
import type { StepAnswer } from '../jobs/steps.ts';
import { readTrialData, rowsAgainstControl } from './trial-data.ts';
import type { TrialData } from './trial-data.ts';
import { findUplift } from './uplift.ts';

/** A column is called different where chance makes it so in one test of a thousand, over all its columns. */
const differentBelow = 0.001;

/** Reports the arm that is looked at; answers whether to go on. */
export type ReportStep = (done: number, total: number, stage: string) => Promise<StepAnswer>;

/** Or why it ended early. */
export async function findInPastTest(
  { db, config, step }: { readonly db: Db; readonly config: Config; readonly step: ReportStep },
  { datasetId, choice }: PastTest,
): Promise<PastTestFindings | 'stop' | 'cancel'> {
  if (choice === null) throw new Error('a test is read when its columns are chosen');
  const first = await step(0, 0, 'Reading the file');
  if (first !== 'go on') return first;
  const data = await readTrialData(config, await getDataset(db, datasetId), choice);
  const balance = balanceOfInputs(data);
  const balanced = balance.filter(({ isBalanced }) => isBalanced).map(({ column }) => column);
  const uplift: UpliftFinding[] = [];
  for (let arm = 1; arm < data.names.length; arm++) {
    const answer = await step(arm - 1, data.names.length - 1, `Who reacts to ${data.names[arm]!}`);
    if (answer !== 'go on') return answer;
    uplift.push(findUplift(data, arm, { balanced, outcomeIs: choice.outcomeIs }));
  }
  return { ...armsOf(data, choice), balance, uplift };
}

/** The plain difference of rates, whatever the inputs say. */
function armsOf(
  data: TrialData,
  { controlShare }: PastTestChoice,
): Omit<PastTestFindings, 'balance' | 'uplift'> {
  const { names, skippedRows, repeatedRows } = data;
  const arms = names.map((_, arm) => armOf(data, arm));
  const control = controlShare ?? 1 / names.length;
  const shares = names.map((_, arm) => (arm === 0 ? control : (1 - control) / (names.length - 1)));
  const ratio = checkSampleRatio(
    arms.map(({ customers }) => customers),
    shares,
  );
  return {
    skippedRows,
    repeatedRows,
    arms,
    ratioProbability: ratio.probability,
    isMismatched: ratio.isMismatch,
  };
}

function armOf({ names, arm, outcome }: TrialData, which: number): ArmFinding {
  const rows = rowsAgainstControl(arm, which);
  const own = rows.filter((row) => arm[row] === which);
  const strata = outcomesByStratum({
    stratum: new Int32Array(rows.length),
    arm: Uint8Array.from(rows, (row) => Number(arm[row] !== 0)),
    outcome: Float64Array.from(rows, (row) => outcome[row]!),
  });
  const difference = which === 0 ? null : differenceOfArms(strata);
  return {
    name: names[which]!,
    customers: own.length,
    events: own.reduce((sum, row) => sum + outcome[row]!, 0),
    difference: difference && { value: difference.value, low: difference.low, high: difference.high },
  };
}

function balanceOfInputs({ inputs, arm, names }: TrialData): PastTestFindings['balance'] {
  return inputs.columns.map((column) => {
    const found = balanceOf(column, arm, names.length);
    return {
      ...found,
      column: column.name,
      isBalanced: found.probability >= differentBelow / inputs.columns.length,
    };
  });
}
