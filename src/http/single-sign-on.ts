/**
 * Single sign-on by OpenID Connect: the code flow with PKCE. State, nonce and verifier are in a sealed cookie of the
 * browser that began, so that an answer counts only there, and nothing is stored for visitors.
 */
import type { Request, Response } from 'express';
import passport from 'passport';
import {
  allowInsecureRequests,
  authorizationCodeGrant,
  buildAuthorizationUrl,
  buildEndSessionUrl,
  calculatePKCECodeChallenge,
  discovery,
  enableNonRepudiationChecks,
  randomNonce,
  randomPKCECodeVerifier,
  randomState,
} from 'openid-client';
import type { Configuration } from 'openid-client';
import { z } from 'zod';
import type { Config, SingleSignOnSettings } from '../config.ts';
import type { Context } from '../context.ts';
import { timeOf } from '../db/clock.ts';
import { signInByProvider } from '../domain/people/single-sign-on.ts';
import type { ProviderAccount } from '../domain/people/single-sign-on.ts';
import { AppError, errorFields, NotFound, Unavailable } from '../errors.ts';
import { localPath, signedInUser } from './authenticate.ts';
import { seal, unseal } from './sealed.ts';

const path = '/sign-in/single-sign-on';
const cookieName = 'holdfast-single-sign-on';
const purpose = 'single sign-on under way';
const lastsMs = 10 * 60_000;
/** For each request to the provider. */
const timeoutSeconds = 5;

const UnderWay = z.object({
  state: z.string(),
  nonce: z.string(),
  verifier: z.string(),
  next: z.string(),
  at: z.number(),
});

/** Sends the browser to the provider. */
export async function beginSingleSignOn(context: Context, req: Request, res: Response): Promise<void> {
  const { config } = context;
  const settings = settingsOf(config);
  const provider = await findProvider(context, settings);
  const [state, nonce, verifier] = [randomState(), randomNonce(), randomPKCECodeVerifier()];
  const next = localPath(req.query['next']);
  const at = await timeOf(context.db);
  setCookie(res, seal(config, purpose, { state, nonce, verifier, next, at }));
  const address = buildAuthorizationUrl(provider, {
    redirect_uri: `${config.publicUrl}${path}/callback`,
    scope: settings.scope,
    code_challenge: await calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    state,
    nonce,
  });
  res.redirect(303, address.href);
}

/** The strategy of Passport for the answer of the provider; `info.next` is where to go on. */
export class ProviderStrategy extends passport.Strategy {
  private readonly context: Context;

  constructor(context: Context) {
    super();
    this.context = context;
  }

  override authenticate(req: Request): void {
    this.check(req).then(
      ({ user, next }) => {
        req.res?.clearCookie(cookieName, { path });
        this.success(signedInUser(user), { next });
      },
      (error: unknown) => {
        this.error(error);
      },
    );
  }

  private async check(req: Request) {
    const { context } = this;
    const settings = settingsOf(context.config);
    const underWay = await findUnderWay(context, req);
    const provider = await findProvider(context, settings);
    const account = await readAnswer(context, req, provider, underWay);
    const user = await signInByProvider(context.db, settings, account);
    return { user, next: localPath(underWay.next) };
  }
}

/** Where a browser signs out at the provider too; null: the provider has no such page. */
export async function providerSignOut(context: Context): Promise<string | null> {
  const provider = await findProvider(context, settingsOf(context.config));
  if (provider.serverMetadata().end_session_endpoint === undefined) return null;
  return buildEndSessionUrl(provider, {
    post_logout_redirect_uri: `${context.config.publicUrl}/sign-in?signed-out=yes`,
  }).href;
}

async function findUnderWay({ db, config }: Context, req: Request) {
  const value = new RegExp(`(?:^|;\\s*)${cookieName}=([^;]+)`).exec(req.get('cookie') ?? '')?.[1];
  const underWay = unseal(config, purpose, UnderWay, value && decodeURIComponent(value));
  if (!underWay || Math.abs((await timeOf(db)) - underWay.at) > lastsMs) throw notFinished();
  return underWay;
}

async function readAnswer(
  { config, log }: Context,
  req: Request,
  provider: Configuration,
  { state, nonce, verifier }: z.infer<typeof UnderWay>,
): Promise<ProviderAccount> {
  const url = new URL(`${config.publicUrl}${req.originalUrl}`);
  const checks = {
    expectedState: state,
    expectedNonce: nonce,
    pkceCodeVerifier: verifier,
    idTokenExpected: true,
  };
  try {
    const claims = (await authorizationCodeGrant(provider, url, checks)).claims();
    if (!claims) throw notFinished();
    return toAccount(claims, settingsOf(config).groupsClaim);
  } catch (error) {
    if (error instanceof AppError) throw error;
    log.warn({ err: errorFields(error) }, 'Single sign-on was not finished');
    throw isAway(error) ? away() : notFinished();
  }
}

const Claims = z.looseObject({
  iss: z.string(),
  sub: z.string(),
  email: z.email().max(254).nullable().catch(null),
  email_verified: z.boolean().catch(false),
  name: z.string().trim().min(1).max(200).nullable().catch(null),
});

/** Google, for example, gives one group as a text. */
const Groups = z.union([z.array(z.string()), z.string().transform((group) => [group])]).catch([]);

function toAccount(given: object, groupsClaim: string): ProviderAccount {
  const claims = Claims.parse({ email: null, name: null, email_verified: false, ...given });
  return {
    issuer: claims.iss,
    subject: claims.sub,
    email: claims.email?.toLowerCase() ?? null,
    isEmailVerified: claims.email_verified,
    name: claims.name,
    groups: Groups.parse(claims[groupsClaim]),
  };
}

const providers = new WeakMap<Config, Promise<Configuration>>();

/** What the provider says about itself is asked for once; after a failure, again. */
async function findProvider(
  { config, log }: Context,
  settings: SingleSignOnSettings,
): Promise<Configuration> {
  const { issuer, clientId, clientSecret } = settings;
  const isPlain = issuer.startsWith('http:');
  // Without this the library trusts the connection, and takes tokens whatever their signature.
  const execute = [enableNonRepudiationChecks];
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- of this machine only, which the settings see to
  if (isPlain) execute.push(allowInsecureRequests);
  const options = { timeout: timeoutSeconds, execute };
  const found =
    providers.get(config) ?? discovery(new URL(issuer), clientId, clientSecret, undefined, options);
  providers.set(config, found);
  try {
    return await found;
  } catch (error) {
    providers.delete(config);
    log.warn({ err: errorFields(error) }, 'The provider of single sign-on cannot be used');
    throw away();
  }
}

function settingsOf({ singleSignOn }: Config): SingleSignOnSettings {
  if (!singleSignOn) throw new NotFound();
  return singleSignOn;
}

function isAway(error: unknown): boolean {
  const { name, code } = (error ?? {}) as { readonly name?: string; readonly code?: unknown };
  return name === 'TypeError' || code === 'OAUTH_TIMEOUT';
}

function away(): AppError {
  return new Unavailable(
    'The provider of single sign-on does not answer. Try again in a moment, or sign in with your password.',
    'provider-away',
  );
}

function notFinished(): AppError {
  return new AppError(
    400,
    'single-sign-on',
    'Signing in was not finished: it took too long, was cancelled, or began in another browser. Open the sign-in page and try again.',
  );
}

function setCookie(res: Response, value: string): void {
  const secure = res.req.secure;
  res.cookie(cookieName, value, { httpOnly: true, sameSite: 'lax', secure, path, maxAge: lastsMs });
}
