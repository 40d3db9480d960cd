import { sendMessage } from '../domain/alerts/messages.ts';
import type { JobHandler } from './job-handler.ts';

export const runSendMessage: JobHandler = ({ db, config }, { messageId }) =>
  sendMessage({ db, config }, Number(messageId));
