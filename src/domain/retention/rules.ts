/** Changes of retention rules, each with an audit event. */
import { inTransaction } from '../../db.ts';
import type { Db } from '../../db.ts';
import { recordEvent } from '../../store/audit.ts';
import { deleteRule, getRule, insertRule, updateRule } from '../../store/retention-rules.ts';
import type { NewRule } from '../../store/retention-rules.ts';
import type { User } from '../people/accounts.ts';

/** `id` null adds a rule. */
export async function saveRule(db: Db, user: User, id: number | null, rule: NewRule): Promise<void> {
  await inTransaction(db, async (trx) => {
    const before = id === null ? undefined : await getRule(trx, id);
    if (id === null) await insertRule(trx, rule);
    else await updateRule(trx, id, rule);
    await recordEvent(trx, {
      userId: user.id,
      action: id === null ? 'rule.created' : 'rule.changed',
      subject: rule.action,
      before,
      after: rule,
    });
  });
}

export async function removeRule(db: Db, user: User, id: number): Promise<void> {
  await inTransaction(db, async (trx) => {
    const before = await getRule(trx, id);
    await deleteRule(trx, id);
    await recordEvent(trx, { userId: user.id, action: 'rule.removed', subject: before.action, before });
  });
}
