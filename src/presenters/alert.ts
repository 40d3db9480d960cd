/** Alerts: those that are not over, the ones with most money first, and earlier ones with what people said of them. */
import type { Alert, Delivery, Usefulness } from '../store/alerts.ts';
import type { ViewHelpers } from './view-helpers.ts';

const deliveryText: Readonly<Record<Delivery, string>> = {
  sent: 'sent',
  'over-budget': 'not sent: the limit of seven days was reached',
  'no-receiver': 'not sent: there are no receivers',
};

export function presentAlerts(h: ViewHelpers, alerts: readonly Alert[], usefulness: Usefulness) {
  const open = alerts.filter(({ endedAt }) => endedAt === null);
  const shown = (alert: Alert) => presentAlert(h, alert);
  return {
    open: open.sort((a, b) => (b.money ?? 0) - (a.money ?? 0)).map(shown),
    past: alerts.filter(({ endedAt }) => endedAt !== null).map(shown),
    usefulness: usefulnessText(h, usefulness),
  };
}

/** '12 of 15 answered alerts were useful.' */
function usefulnessText(h: ViewHelpers, { useful, answered }: Usefulness): string {
  if (answered === 0) return 'Nobody has said yet whether alerts are useful.';
  const were = useful === 1 ? 'was' : 'were';
  return `${h.count(useful)} of ${h.plural(answered, 'answered alert')} ${were} useful.`;
}

function presentAlert(h: ViewHelpers, alert: Alert) {
  const { id, title, detail, href, severity, money, raisedAt, endedAt, delivery, isUseful } = alert;
  return {
    ...{ id, title, detail, href },
    isSevere: severity === 'severe',
    money: money === null ? null : h.money(money),
    since: h.dateTime(raisedAt),
    ended: h.dateTime(endedAt),
    delivery: delivery && deliveryText[delivery],
    answer: isUseful === null ? null : isUseful ? 'Marked as useful' : 'Marked as not useful',
  };
}
