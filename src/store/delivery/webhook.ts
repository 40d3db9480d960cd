/** Webhooks as Standard Webhooks has them: a POST with a number, a time and a signature over both and the body. */
import { createHmac } from 'node:crypto';
import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import ipaddr from 'ipaddr.js';
import type { DeliverySettings } from '../../config.ts';
import { AppError } from '../../errors.ts';
import { isListed, isPublic, resolveName } from '../addresses.ts';

/** For the whole exchange. */
const answerMs = 15_000;

export interface WebhookMessage {
  readonly url: string;
  readonly messageId: string;
  /** The key, in base64. */
  readonly secret: string;
  /** Seconds since 1970. */
  readonly timestamp: number;
  readonly body: string;
}

/** `v1,` and the HMAC-SHA256 of number, time and body in base64. */
export function signWebhook({
  messageId,
  timestamp,
  secret,
  body,
}: Pick<WebhookMessage, 'messageId' | 'timestamp' | 'secret' | 'body'>): string {
  const hmac = createHmac('sha256', Buffer.from(secret, 'base64'));
  return `v1,${hmac.update(`${messageId}.${timestamp}.${body}`).digest('base64')}`;
}

/**
 * The address to connect to: it is used instead of the name, which could lead elsewhere a moment later.
 * @throws AppError 422 for one that is no web address, is private and not listed, or is public and not encrypted
 */
export async function allowedWebhookAddress(
  { webhookHosts }: Pick<DeliverySettings, 'webhookHosts'>,
  text: string,
  addressesOf = resolveName,
): Promise<string> {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '')
    throw refused('Enter a web address that begins with https://, without a user or a password.');
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const addresses = ipaddr.isValid(host) ? [host] : await addressesOf(host);
  if (addresses.length === 0) throw refused(`There is no host ${host}, or its name cannot be looked up now.`);
  const listed = addresses.find((address) => isListed(address, webhookHosts));
  if (listed !== undefined) return listed;
  if (url.protocol !== 'https:') throw refused('Enter an address that begins with https://.');
  const usable = addresses.find(isPublic);
  if (usable === undefined)
    throw refused(
      `${host} leads to the private address ${addresses[0]!}, which WEBHOOK_HOSTS does not list.`,
    );
  return usable;
}

/** Returns when the receiver has answered with 2xx; follows no redirect. @throws Error in words */
export async function postWebhook(settings: DeliverySettings, message: WebhookMessage): Promise<void> {
  const address = await allowedWebhookAddress(settings, message.url);
  const status = await post(address, message);
  if (status >= 300 && status < 400)
    throw new Error(`The receiver answered with a redirect (${status}), which is not followed.`);
  if (status < 200 || status > 299) throw new Error(`The receiver answered ${status}.`);
}

/** Gives the status. */
function post(address: string, message: WebhookMessage): Promise<number> {
  const url = new URL(message.url);
  const isEncrypted = url.protocol === 'https:';
  const options = {
    method: 'POST',
    host: address,
    port: url.port === '' ? (isEncrypted ? 443 : 80) : Number(url.port),
    path: `${url.pathname}${url.search}`,
    // The certificate has to be that of the name. An address is no name.
    ...(ipaddr.isValid(url.hostname.replace(/^\[|\]$/g, '')) ? {} : { servername: url.hostname }),
    headers: {
      host: url.host,
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(message.body),
      'user-agent': 'Holdfast',
      'webhook-id': message.messageId,
      'webhook-timestamp': String(message.timestamp),
      'webhook-signature': signWebhook(message),
    },
    agent: false,
    signal: AbortSignal.timeout(answerMs),
  } as const;
  return new Promise((answered, fail) => {
    const sent = (isEncrypted ? requestHttps : requestHttp)(options, (response) => {
      answered(response.statusCode ?? 0);
      // What it says is not needed.
      response.destroy();
    });
    sent.on('error', (error) => {
      fail(error.name === 'TimeoutError' || error.name === 'AbortError' ? noAnswer() : error);
    });
    sent.end(message.body);
  });
}

function noAnswer(): Error {
  return new Error(`The receiver did not answer within ${answerMs / 1000} seconds.`);
}

function refused(message: string): AppError {
  return new AppError(422, 'address-not-allowed', message);
}
