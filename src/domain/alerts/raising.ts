/**
 * From what checks find to whom it is told. An alert is raised when two checks of different evidence have found it, or one a
 * severe one; of those that are raised together, the ones with most money are sent, within the budget of a week.
 */
import type { Db } from '../../db.ts';
import { timeOf } from '../../db/clock.ts';
import {
  countSentSince,
  endAlert,
  insertAlert,
  listOpenAlerts,
  raiseAlert,
  updateAlert,
} from '../../store/alerts.ts';
import type { Alert, Observation } from '../../store/alerts.ts';
import { listReceivers } from '../../store/alert-receivers.ts';
import type { AlertReceiver } from '../../store/alert-receivers.ts';
import { queueMessages } from './messages.ts';

const weekMs = 7 * 86_400_000;
const checksNeeded = 2;

/** `found`: all that is so now; open alerts that are not among it end. Call in a transaction. */
export async function recordObservations(
  trx: Db,
  found: readonly Observation[],
  perWeek: number,
): Promise<void> {
  const open = await listOpenAlerts(trx);
  for (const alert of open)
    if (!found.some((observation) => isSame(alert, observation))) await endAlert(trx, alert);
  const alerts: Alert[] = [];
  for (const observation of found) {
    const before = open.find((alert) => isSame(alert, observation));
    alerts.push(before ? await confirm(trx, before, observation) : await insertAlert(trx, observation));
  }
  await raise(trx, alerts.filter(isDue).sort(byMoney), perWeek);
}

function isSame(a: Observation, b: Observation): boolean {
  return a.kind === b.kind && a.subject === b.subject;
}

/** Looking at the same file once more confirms nothing. */
async function confirm(trx: Db, before: Alert, observation: Observation): Promise<Alert> {
  const checks = before.checks + Number(before.evidence !== observation.evidence);
  await updateAlert(trx, before.id, observation, checks);
  return { ...before, ...observation, checks };
}

function isDue({ raisedAt, checks, severity }: Alert): boolean {
  return raisedAt === null && (checks >= checksNeeded || severity === 'severe');
}

/** The most first, then severe ones. */
function byMoney(a: Alert, b: Alert): number {
  return (b.money ?? 0) - (a.money ?? 0) || Number(b.severity === 'severe') - Number(a.severity === 'severe');
}

async function raise(trx: Db, alerts: readonly Alert[], perWeek: number): Promise<void> {
  if (alerts.length === 0) return;
  const receivers = await listReceivers(trx);
  const since = new Date((await timeOf(trx)) - weekMs).toISOString();
  let left = perWeek - (await countSentSince(trx, since));
  for (const alert of alerts) await raiseOne(trx, alert, { receivers, isWithinBudget: left-- > 0 });
}

async function raiseOne(
  trx: Db,
  alert: Alert,
  {
    receivers,
    isWithinBudget,
  }: { readonly receivers: readonly AlertReceiver[]; readonly isWithinBudget: boolean },
): Promise<void> {
  if (receivers.length === 0) return raiseAlert(trx, alert.id, 'no-receiver');
  if (!isWithinBudget) return raiseAlert(trx, alert.id, 'over-budget');
  await raiseAlert(trx, alert.id, 'sent');
  const { id: alertId, kind, severity, money, title, detail, href } = alert;
  await queueMessages(trx, receivers, { alertId, kind, severity, money, title, detail, href });
}
