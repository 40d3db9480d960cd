/** The segment that a rule of a form asks for, in full. */
import type { Db } from '../../db.ts';
import { Unprocessable } from '../../errors.ts';
import type { NewRule } from '../../store/retention-rules.ts';
import { findSegment } from '../../store/segments.ts';
import { isForRules } from './conditions/segment.ts';

/** @throws Unprocessable where the segment is gone, or is one that rules cannot ask for */
export async function withSegment(db: Db, rule: NewRule): Promise<NewRule> {
  const asked = rule.conditions.segment;
  if (asked === null) return rule;
  const found = await findSegment(db, asked.id);
  if (!found || !isForRules(found))
    throw new Unprocessable([{ field: 'segment', message: 'This segment was removed. Choose another one.' }]);
  const segment = { id: found.id, name: found.name, parts: found.parts };
  return { ...rule, conditions: { ...rule.conditions, segment } };
}
