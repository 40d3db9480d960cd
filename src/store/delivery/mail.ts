/** E-mail by the mail server of the setting SMTP_URL. */
import { createTransport } from 'nodemailer';
import type { DeliverySettings } from '../../config.ts';

/** Of a server that does not answer. */
const connectMs = 10_000;
const answerMs = 15_000;

export interface Mail {
  readonly to: string;
  /** The same each time that it is sent; the domain is added. */
  readonly messageId: string;
  readonly subject: string;
  readonly text: string;
}

/** Returns when the server has taken it. @throws Error in words of the server or the connection */
export async function sendMail({ smtpUrl, smtpFrom }: DeliverySettings, mail: Mail): Promise<void> {
  if (smtpUrl === null) throw new Error('No email can be sent: SMTP_URL is not set.');
  const url = new URL(smtpUrl);
  const transport = createTransport({
    url: smtpUrl,
    // A password goes over an encrypted connection only.
    requireTLS: url.protocol === 'smtp:' && url.password !== '',
    connectionTimeout: connectMs,
    greetingTimeout: connectMs,
    socketTimeout: answerMs,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  try {
    const domain = /@([\w.-]+)/.exec(smtpFrom)?.[1] ?? 'holdfast';
    await transport.sendMail({
      from: smtpFrom,
      to: { name: '', address: mail.to },
      subject: mail.subject,
      text: mail.text,
      messageId: `<${mail.messageId}@${domain}>`,
      // Out-of-office replies are not wanted.
      headers: { 'Auto-Submitted': 'auto-generated' },
    });
  } finally {
    transport.close();
  }
}
