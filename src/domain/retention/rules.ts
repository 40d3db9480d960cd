/** Changes of retention rules: each is kept as a version of all rules and recorded in the audit log. */
import { isDeepStrictEqual } from 'node:util';
import { inTransaction } from '../../db.ts';
import type { Db } from '../../db.ts';
import { Conflict } from '../../errors.ts';
import { recordEvent } from '../../store/audit.ts';
import type { NewAuditEvent } from '../../store/audit.ts';
import {
  deleteRule,
  getRule,
  insertRule,
  listRules,
  restoreRule,
  updateRule,
} from '../../store/retention-rules.ts';
import type { NewRule, RuleRecord } from '../../store/retention-rules.ts';
import { getRuleVersion, hasRuleVersions, insertRuleVersion } from '../../store/rule-versions.ts';
import { findSegment } from '../../store/segments.ts';
import type { User } from '../people/accounts.ts';

/** `id` null adds a rule. */
export async function saveRule(db: Db, user: User, id: number | null, rule: NewRule): Promise<void> {
  await changeRules(db, user, null, async (trx) => {
    const before = id === null ? undefined : await getRule(trx, id);
    if (id === null) await insertRule(trx, rule);
    else await updateRule(trx, id, rule);
    const action = id === null ? 'rule.created' : 'rule.changed';
    return { action, subject: rule.action, before, after: rule };
  });
}

export async function removeRule(db: Db, user: User, id: number): Promise<void> {
  await changeRules(db, user, null, async (trx) => {
    const before = await getRule(trx, id);
    await deleteRule(trx, id);
    return { action: 'rule.removed', subject: before.action, before };
  });
}

/** Makes the rules what they were in a version. That is a new version. @throws NotFound */
export async function restoreRules(db: Db, user: User, number: number): Promise<void> {
  await changeRules(db, user, number, async (trx) => {
    const { rules } = await getRuleVersion(trx, number);
    await refuseMissingSegment(trx, rules);
    const kept = new Set(rules.map(({ id }) => id));
    const current = new Map((await listRules(trx)).map((rule) => [rule.id, rule]));
    for (const id of current.keys()) if (!kept.has(id)) await deleteRule(trx, id);
    for (const rule of rules) await bringBack(trx, rule, current.get(rule.id));
    return { action: 'rules.restored', subject: `Version ${number}` };
  });
}

async function refuseMissingSegment(trx: Db, rules: readonly RuleRecord[]): Promise<void> {
  for (const { action, conditions } of rules)
    if (conditions.segment !== null && !(await findSegment(trx, conditions.segment.id)))
      throw new Conflict(
        `The rule ‘${action}’ of that version asks for the segment ‘${conditions.segment.name}’, which was removed.`,
      );
}

async function bringBack(trx: Db, rule: RuleRecord, current: RuleRecord | undefined): Promise<void> {
  if (current === undefined) await restoreRule(trx, rule);
  else if (!isSameRule(rule, current)) await updateRule(trx, rule.id, rule);
}

/** Whatever their versions are. */
function isSameRule(a: RuleRecord, b: RuleRecord): boolean {
  return isDeepStrictEqual({ ...a, version: 0 }, { ...b, version: 0 });
}

/** `restored`: the version that the change goes back to; null: to none. */
async function changeRules(
  db: Db,
  user: User,
  restored: number | null,
  change: (trx: Db) => Promise<Omit<NewAuditEvent, 'userId'>>,
): Promise<void> {
  await inTransaction(db, async (trx) => {
    if (!(await hasRuleVersions(trx)))
      await insertRuleVersion(trx, { rules: await listRules(trx), restored: null, userId: null });
    const event = await change(trx);
    await insertRuleVersion(trx, { rules: await listRules(trx), restored, userId: user.id });
    await recordEvent(trx, { ...event, userId: user.id });
  });
}
