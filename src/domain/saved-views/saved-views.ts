/** Who sees a saved view, who may change it, and its life: saved, changed, removed; each step with an audit event. */
import { inTransaction } from '../../db.ts';
import type { Db } from '../../db.ts';
import { Forbidden, NotFound } from '../../errors.ts';
import { recordEvent } from '../../store/audit.ts';
import { deleteSavedView, findSavedView, insertSavedView, updateSavedView } from '../../store/saved-views.ts';
import type { NewView, SavedView } from '../../store/saved-views.ts';
import type { User } from '../people/accounts.ts';
import { can } from '../people/permissions.ts';

/** Those who look only keep their views to themselves. */
export function mayShare(user: User): boolean {
  return can(user, 'campaign:edit');
}

/** Of a shared view also those who may share: its owner may be gone. */
export function mayChange(user: User, { ownerId, isShared }: SavedView): boolean {
  return ownerId === user.id || (isShared && mayShare(user));
}

/** @throws NotFound where the user does not see it, Forbidden where it is another's */
export async function viewToChange(db: Db, user: User, id: number): Promise<SavedView> {
  const view = await findSavedView(db, id);
  if (!view || !(view.isShared || view.ownerId === user.id)) throw new NotFound('saved view');
  if (!mayChange(user, view)) throw new Forbidden('Only its owner or an analyst can change a shared view.');
  return view;
}

/** @throws Forbidden where the user may not share */
export async function saveView(db: Db, user: User, view: NewView): Promise<void> {
  refuseSharing(user, view);
  await inTransaction(db, async (trx) => {
    await insertSavedView(trx, view, user.id);
    const after = { path: view.path, isShared: view.isShared };
    await recordEvent(trx, { userId: user.id, action: 'view.saved', subject: subjectOf(view), after });
  });
}

/** @throws Forbidden where the user may not share */
export async function changeView(
  db: Db,
  user: User,
  view: SavedView,
  change: Pick<NewView, 'name' | 'isShared'>,
): Promise<void> {
  refuseSharing(user, change);
  await inTransaction(db, async (trx) => {
    await updateSavedView(trx, view.id, change);
    await recordEvent(trx, {
      userId: user.id,
      action: 'view.changed',
      subject: subjectOf({ ...view, ...change }),
      before: { isShared: view.isShared },
      after: { isShared: change.isShared },
    });
  });
}

export async function removeView(db: Db, user: User, view: SavedView): Promise<void> {
  await inTransaction(db, async (trx) => {
    await deleteSavedView(trx, view.id);
    await recordEvent(trx, { userId: user.id, action: 'view.removed', subject: subjectOf(view) });
  });
}

function refuseSharing(user: User, { isShared }: Pick<NewView, 'isShared'>): void {
  if (isShared && !mayShare(user)) throw new Forbidden();
}

/** Who is searched for may be one customer, whom the audit log must not name. */
function subjectOf({ name, query }: Pick<NewView, 'name' | 'query'>): string {
  return query['search'] === undefined ? name : 'A search for customers';
}
