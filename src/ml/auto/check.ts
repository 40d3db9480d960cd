/** Do the parts of a blend that was read from a file fit together: its members and their weights? */
import type { Feature } from '../data/schema.ts';
import { families, familyNames } from '../families.ts';
import type { ParsedModel } from '../family.ts';
import { fields, isFloats, isPlain, list, number, oneOf, optional } from '../model/shape.ts';
import type { LeftOut } from './choice.ts';

const maxMembers = 20;
const checkLeftOut = optional(
  list(fields<LeftOut>({ family: oneOf(...familyNames), gain: number, slowdown: number }), maxMembers),
);

/** What is wrong, in words, or null. */
export function checkBlend(model: ParsedModel, features: readonly Feature[]): string | null {
  const { members, blend, leftOut } = model;
  if (!Array.isArray(members) || members.length === 0 || members.length > maxMembers)
    return 'the blend has no members';
  if (
    !isPlain(blend) ||
    !isFloats(blend['weights'], members.length) ||
    number(blend['intercept'], 'the intercept') !== null
  )
    return 'the weights do not match the members';
  if (!blend['weights'].every((weight) => weight >= 0)) return 'a weight is below 0';
  for (const member of members as unknown[]) {
    const problem = checkMember(member, features);
    if (problem !== null) return problem;
  }
  return checkLeftOut(leftOut, 'leftOut');
}

function checkMember(member: unknown, features: readonly Feature[]): string | null {
  if (!isPlain(member) || !isPlain(member['model'])) return 'a member of the blend has no model';
  if (member['family'] === 'auto') return 'it is a blend in a blend';
  const family = familyNames.find((name) => name === member['family']);
  if (!family) return 'a member of the blend is of no known family';
  return families[family].check(member['model'], features);
}
