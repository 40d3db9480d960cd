/** Settings of alerts: the form, receivers, and the last messages with what became of them. */
import type { DeliverySettings } from '../config.ts';
import type { AlertMessage, MessageState } from '../store/alert-messages.ts';
import type { AlertReceiver, Channel } from '../store/alert-receivers.ts';
import type { FormInput } from './settings.ts';
import type { ViewHelpers } from './view-helpers.ts';

interface AlertSettingsData {
  readonly receivers: readonly AlertReceiver[];
  readonly messages: readonly AlertMessage[];
  readonly delivery: DeliverySettings;
  /** Of a webhook that was just added. */
  readonly secret: string | null;
}

const channelText: Readonly<Record<Channel, string>> = { email: 'Email', webhook: 'Webhook' };
const stateText: Readonly<Record<MessageState, string>> = {
  queued: 'Being sent',
  waiting: 'Not sent yet',
  sent: 'Sent',
  failed: 'Failed',
};

const boxes = [
  { name: 'drift', label: 'A file differs from the training data in a way that moves the scores' },
  { name: 'failedRuns', label: 'A scheduled run has failed' },
  { name: 'campaigns', label: 'A campaign can be read, or its groups are not as they were split' },
];

export function presentAlertSettings(
  h: ViewHelpers,
  { receivers, messages, delivery, secret }: AlertSettingsData,
  { values, errors }: FormInput,
) {
  return {
    title: 'Alerts',
    ...{ values, errors, secret },
    boxes: boxes.map((box) => ({ ...box, isChosen: values[box.name] === 'yes' })),
    isWaiting: messages.some(({ state }) => state === 'queued'),
    mailProblem:
      delivery.smtpUrl === null ? 'Until the server has the setting SMTP_URL, no email is sent.' : null,
    channelField: {
      name: 'channel',
      label: 'Send by',
      value: values['channel'] ?? 'email',
      options: Object.entries(channelText).map(([value, label]) => ({ value, label })),
      errors,
    },
    receivers: receivers.map(({ id, channel, address }) => ({
      address,
      channel: channelText[channel],
      path: `/settings/alerts/receivers/${id}`,
    })),
    messages: messages.map((message) => presentMessage(h, message, receivers)),
  };
}

function presentMessage(h: ViewHelpers, message: AlertMessage, receivers: readonly AlertReceiver[]) {
  const { content, state, tries, error, createdAt, nextTryAt, receiverId } = message;
  return {
    title: content.title,
    to: receivers.find(({ id }) => id === receiverId)?.address ?? '–',
    state: stateText[state],
    isFailed: state === 'failed',
    at: h.dateTime(createdAt),
    tries: h.plural(tries, 'try', 'tries'),
    error,
    next: nextTryAt === null ? null : `Next try ${h.dateTime(nextTryAt)}.`,
  };
}
