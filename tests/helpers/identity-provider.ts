/** A provider of single sign-on on this machine, and a browser that goes through its pages. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import Provider from 'oidc-provider';

export interface Person {
  readonly email?: string;
  readonly email_verified?: boolean;
  readonly name?: string;
  readonly groups?: readonly string[] | string;
}

export interface IdentityProvider {
  readonly issuer: string;
  /** Who signs in there, by the name of the account. */
  readonly people: Record<string, Person>;
  /** Goes through the pages as the account; gives the address on which the provider sends the browser back. */
  signIn(account: string, address: string): Promise<string>;
  close(): void;
}

const clientId = 'holdfast';

export async function startIdentityProvider(
  publicUrl: string,
  clientSecret: string,
): Promise<IdentityProvider> {
  const people: Record<string, Person> = {};
  const current = { account: '' };
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const provider: Provider = new Provider(issuer, {
    clients: [
      {
        client_id: clientId,
        client_secret: clientSecret,
        redirect_uris: [`${publicUrl}/sign-in/single-sign-on/callback`],
        post_logout_redirect_uris: [`${publicUrl}/sign-in?signed-out=yes`],
      },
    ],
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name', 'groups'] },
    conformIdTokenClaims: false,
    ttl: { AccessToken: 600, Grant: 600, IdToken: 600, Interaction: 600, Session: 600 },
    cookies: { keys: ['test'] },
    features: { devInteractions: { enabled: false } },
    findAccount: (_context: unknown, id: string) => ({
      accountId: id,
      claims: () => ({ sub: id, ...people[id] }),
    }),
    interactions: { url: (_context: unknown, { uid }: { uid: string }) => `/interaction/${uid}` },
    loadExistingGrant: async () => {
      const grant = new provider.Grant({ clientId, accountId: current.account });
      grant.addOIDCScope('openid email profile');
      await grant.save();
      return grant;
    },
  });
  const answer = provider.callback();
  server.on('request', (req, res) => {
    if (req.url?.startsWith('/interaction/'))
      void provider.interactionFinished(req, res, { login: { accountId: current.account } });
    else answer(req, res);
  });
  return {
    issuer,
    people,
    signIn: (account, address) => {
      current.account = account;
      return followTo(publicUrl, address);
    },
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** The first address of `target` that a browser without any cookies is sent to. */
async function followTo(target: string, address: string): Promise<string> {
  const cookies = new Map<string, string>();
  let next = address;
  for (let i = 0; i < 10 && !next.startsWith(target); i++) {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const answer = await fetch(next, { redirect: 'manual', headers: { cookie } });
    for (const one of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(one) ?? [];
      cookies.set(name, value);
    }
    const location = answer.headers.get('location');
    if (location === null) throw new Error(`${next} answered ${answer.status}: ${await answer.text()}`);
    next = new URL(location, next).href;
  }
  return next;
}
