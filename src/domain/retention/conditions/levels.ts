import { riskLevels } from '../../risk/levels.ts';
import type { RiskLevel } from '../../risk/levels.ts';
import type { CompiledCondition, ConditionKind } from './kind.ts';

/** None means any. */
export const levelCondition: ConditionKind<readonly RiskLevel[]> = {
  section: 'conditions',
  fields: [{ control: 'checks', label: 'Risk', names: riskLevels }],
  fromForm: (typed) => riskLevels.filter((level) => typed[level] === 'yes'),
  toForm: (asked) => Object.fromEntries(asked.map((level) => [level, 'yes'])),
  describe: (asked) => (asked.length === 0 ? [] : [`Risk is ${asked.join(' or ')}`]),
  columns: () => [],
  covers: (wide, narrow) =>
    wide.length === 0 || (narrow.length > 0 && narrow.every((level) => wide.includes(level))),
  whyNot: (asked, { riskLevel }) =>
    asked.length === 0 || asked.includes(riskLevel)
      ? null
      : `the risk is ${riskLevel}, not ${asked.join(' or ')}`,
  compile: (asked) => (asked.length === 0 ? [] : [isAtLevel(asked)]),
};

function isAtLevel(levels: readonly RiskLevel[]): CompiledCondition {
  const asked = Uint8Array.from(riskLevels, (level) => Number(levels.includes(level)));
  return ({ level }, candidates, count) => {
    let kept = 0;
    for (let c = 0; c < count; c++) {
      const i = candidates[c]!;
      if (asked[level[i]!] === 1) candidates[kept++] = i;
    }
    return kept;
  };
}
