/** Score files that cannot be read, for pages that do without them and for the page of the batch itself. */
import type { BatchRecord } from '../store/batches.ts';
import type { UnreadableScores } from '../store/score-files/damage.ts';
import type { ViewHelpers } from './view-helpers.ts';

export interface UnreadableNotice {
  readonly href: string;
  readonly name: string;
  readonly uploaded: string;
}

export function presentUnreadable(
  h: ViewHelpers,
  unreadable: readonly UnreadableScores[],
): readonly UnreadableNotice[] {
  return unreadable.map(({ batchId, name, uploadedAt }) => ({
    href: `/batches/${batchId}`,
    name,
    uploaded: h.date(uploadedAt),
  }));
}

/** Null: nothing is known to be wrong. */
export function presentDamage({ id, scoresProblem }: BatchRecord, canBeScoredAgain: boolean) {
  if (scoresProblem === null) return null;
  const remedy = canBeScoredAgain
    ? 'Score the file again with the same model and rules.'
    : 'The upload or the model that scored it is missing: delete the file, and upload it again.';
  return {
    text: `The scores of this file cannot be read, because the file that holds them is damaged (${scoresProblem}). They count nowhere. ${remedy}`,
    action: canBeScoredAgain ? `/batches/${id}/rescoring` : null,
  };
}
