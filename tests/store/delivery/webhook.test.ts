import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { allowedWebhookAddress, postWebhook, signWebhook } from '../../../src/store/delivery/webhook.ts';
import { startWebhookReceiver } from '../../helpers/webhook-receiver.ts';
import type { WebhookReceiver } from '../../helpers/webhook-receiver.ts';

it('signs as the published example of Standard Webhooks does', () => {
  const signature = signWebhook({
    messageId: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
    timestamp: 1614265330,
    secret: 'MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
    body: '{"test": 2432232314}',
  });
  expect(signature).toBe('v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=');
});

describe('the address of a webhook', () => {
  const names: Readonly<Record<string, readonly string[]>> = {
    'hooks.example.com': ['93.184.216.34'],
    'inner.example.com': ['10.1.2.3'],
    'both.example.com': ['10.1.2.3', '93.184.216.34'],
    'mapped.example.com': ['::ffff:169.254.169.254'],
  };
  const addressFor = (url: string, webhookHosts: readonly string[] = []): Promise<string> =>
    allowedWebhookAddress({ webhookHosts }, url, (name) => Promise.resolve([...(names[name] ?? [])]));

  it.each([
    ['a public one', 'https://hooks.example.com/x', [], '93.184.216.34'],
    ['the public one of several', 'https://both.example.com/', [], '93.184.216.34'],
    ['a listed private one', 'http://inner.example.com:8080/', ['10.0.0.0/8'], '10.1.2.3'],
    ['a listed address', 'http://127.0.0.1:9/', ['127.0.0.1'], '127.0.0.1'],
    ['one of IPv6', 'http://[::1]/', ['::1'], '::1'],
  ])('is used where it is %s', async (_what, url, listed, address) => {
    await expect(addressFor(url, listed)).resolves.toBe(address);
  });

  it.each([
    ['it is no address', 'hooks', [], 'begins with https://'],
    ['it is of another kind', 'file:///etc/passwd', [], 'begins with https://'],
    ['it has a password', 'https://a:b@hooks.example.com/', [], 'without a user or a password'],
    ['it is not encrypted', 'http://hooks.example.com/', [], 'begins with https://'],
    ['the name leads to a private address', 'https://inner.example.com/', [], 'private address 10.1.2.3'],
    ['it is this machine', 'https://127.0.0.1/', [], 'private address'],
    ['it is this machine in another notation', 'https://2130706433/', [], 'private address 127.0.0.1'],
    ['a private address is within IPv6', 'https://mapped.example.com/', [], 'private address'],
    ['there is no such name', 'https://gone.example.com/', [], 'There is no host'],
  ])('is refused where %s', async (_what, url, listed, words) => {
    await expect(addressFor(url, listed)).rejects.toThrow(words);
  });
});

describe('a webhook', () => {
  let receiver: WebhookReceiver;
  beforeAll(async () => {
    receiver = await startWebhookReceiver();
  });
  afterAll(() => receiver.stop());
  const settings = { smtpUrl: null, smtpFrom: '', webhookHosts: ['127.0.0.1'] };
  const send = () =>
    postWebhook(settings, {
      ...{ url: receiver.url, messageId: 'msg_1', secret: 'c2VjcmV0', timestamp: 1_700_000_000 },
      body: '{"type":"alert.test","data":{}}',
    });

  it('is sent with its number and a signature of the secret', async () => {
    receiver.secret = 'whsec_c2VjcmV0';
    await send();
    expect(receiver.received.at(-1)).toMatchObject({ id: 'msg_1', isSigned: true });
  });

  it('follows no redirect', async () => {
    receiver.status = 307;
    const before = receiver.received.length;
    await expect(send()).rejects.toThrow('a redirect (307), which is not followed');
    expect(receiver.received).toHaveLength(before + 1);
  });

  it('says what the receiver answered', async () => {
    receiver.status = 503;
    await expect(send()).rejects.toThrow('The receiver answered 503.');
  });

  it('waits 15 seconds for an answer', { timeout: 30_000 }, async () => {
    receiver.status = null;
    await expect(send()).rejects.toThrow('The receiver did not answer within 15 seconds.');
  });
});
