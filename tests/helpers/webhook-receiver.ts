/** A receiver of webhooks that checks signatures, as the libraries of Standard Webhooks do. */
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

interface Received {
  readonly id: string;
  readonly isSigned: boolean;
  readonly body: { readonly type: string; readonly data: Readonly<Record<string, unknown>> };
}

export interface WebhookReceiver {
  readonly url: string;
  /** Its answer; null: it never answers. */
  status: number | null;
  /** As `whsec_…`. */
  secret: string;
  readonly received: Received[];
  stop(): Promise<void>;
}

export async function startWebhookReceiver(): Promise<WebhookReceiver> {
  const listener = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const text = Buffer.concat(chunks).toString();
      const id = String(request.headers['webhook-id']);
      const signed = `${id}.${String(request.headers['webhook-timestamp'])}.${text}`;
      const key = Buffer.from(receiver.secret.replace('whsec_', ''), 'base64');
      const signature = `v1,${createHmac('sha256', key).update(signed).digest('base64')}`;
      const isSigned = request.headers['webhook-signature'] === signature;
      receiver.received.push({ id, isSigned, body: JSON.parse(text) as Received['body'] });
      if (receiver.status === null) return;
      response.writeHead(receiver.status, { location: '/elsewhere' }).end('thanks');
    });
  });
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const receiver: WebhookReceiver = {
    url: `http://127.0.0.1:${(listener.address() as AddressInfo).port}/alerts`,
    status: 200,
    secret: '',
    received: [],
    stop: async () => {
      listener.closeAllConnections();
      listener.close();
      await once(listener, 'close');
    },
  };
  return receiver;
}
