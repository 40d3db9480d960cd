/** Changes of promotion tests, each with an audit event. */
import { inTransaction } from '../../db.ts';
import type { Db } from '../../db.ts';
import { recordEvent } from '../../store/audit.ts';
import {
  deletePromotionTest,
  getPromotionTest,
  insertPromotionTest,
  updatePromotionTest,
} from '../../store/promotion-tests.ts';
import type { User } from '../people/accounts.ts';
import type { TestDefinition } from './promotion-tests.ts';

export interface TestChange {
  readonly name: string;
  readonly definition: TestDefinition;
  readonly enabled: boolean;
}

/** `id` null: a new one. */
export async function saveTest(db: Db, user: User, id: number | null, test: TestChange): Promise<void> {
  await inTransaction(db, async (trx) => {
    const before = id === null ? null : await getPromotionTest(trx, id);
    if (id === null) await insertPromotionTest(trx, { ...test, createdBy: user.id });
    else await updatePromotionTest(trx, id, test);
    await recordEvent(trx, {
      userId: user.id,
      action: id === null ? 'promotion-test.added' : 'promotion-test.changed',
      subject: test.name,
      ...(before ? { before: { enabled: before.enabled } } : {}),
      after: { kind: test.definition.kind, enabled: test.enabled },
    });
  });
}

export async function removeTest(db: Db, user: User, id: number): Promise<void> {
  await inTransaction(db, async (trx) => {
    const test = await getPromotionTest(trx, id);
    await deletePromotionTest(trx, id);
    await recordEvent(trx, { userId: user.id, action: 'promotion-test.removed', subject: test.name });
  });
}
