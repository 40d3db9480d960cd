/**
 * The members of a blend, fitted on all rows. Where rows are few, families share little of a fit, so that each member is an
 * item; otherwise one member is fitted after the other, each by all threads. The members are the same either way.
 */
import type { FitEnvironment, TrainingData } from '../estimator.ts';
import { fitFamily, type FamilyName, type FittedFamily } from '../families.ts';
import { createRandom } from '../math/random.ts';
import { oneThread, runTask, type Task } from '../parallel/threads.ts';

export interface MemberFits {
  /** The items. */
  readonly members: readonly {
    readonly family: FamilyName;
    readonly params: object;
    readonly seed: number;
  }[];
  readonly data: TrainingData;
}

const manyRows = 50_000;
/** The memory of one fit is too much to keep during the next. */
const hugeRows = 1_000_000;

export const memberFits: Task<MemberFits, FittedFamily> = {
  name: 'member-fits',
  prepare: (shared) => (item) => fitMember(shared, item),
};

/** `onMember` hears of each member before its turn. */
export function fitMembers(
  fits: MemberFits,
  { threads = oneThread }: FitEnvironment,
  onMember: (member: number) => void,
): FittedFamily[] {
  const { members, data } = fits;
  if (data.table.rowCount >= manyRows)
    return members.map((_, member) => {
      onMember(member);
      if (data.table.rowCount >= hugeRows) threads.tidy();
      return fitMember(fits, member, { threads });
    });
  const fitted: FittedFamily[] = [];
  onMember(0);
  runTask(threads, memberFits, fits, members.length, (_, member) => {
    if (fitted.push(member) < members.length) onMember(fitted.length);
  });
  return fitted;
}

function fitMember(
  { members, data }: MemberFits,
  member: number,
  environment?: FitEnvironment,
): FittedFamily {
  const { family, params, seed } = members[member]!;
  return fitFamily(family, params, data, createRandom(seed), environment);
}
