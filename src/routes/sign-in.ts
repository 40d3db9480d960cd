/** Signing in and out, and choosing a password with a one-time link. */
import type { Request, Response } from 'express';
import { z } from 'zod';
import type { Context } from '../context.ts';
import { choosePassword, getLink, isSetUp, recordSignIn } from '../domain/people/accounts.ts';
import { leastPasswordLength, maxPasswordLength } from '../domain/people/passwords.ts';
import { useCode } from '../domain/people/second-factor.ts';
import { Forbidden, Unavailable, Unprocessable } from '../errors.ts';
import type { FieldError } from '../errors.ts';
import {
  endSession,
  findCurrentUser,
  localPath,
  recognise,
  signedInUser,
  signInSession,
} from '../http/authenticate.ts';
import type { Passport } from '../http/authenticate.ts';
import { findPending, sealPending } from '../http/pending-sign-in.ts';
import { readKeptForm } from '../http/kept-form.ts';
import { renderSendAgain } from '../http/late-form.ts';
import { createPasswordLimits } from '../http/rate-limit.ts';
import { render } from '../http/render.ts';
import type { PageData } from '../http/render.ts';
import { beginSingleSignOn, providerSignOut } from '../http/single-sign-on.ts';
import { parseForm, textValues } from '../http/validate.ts';
import { recordEvent } from '../store/audit.ts';
import { getSettings } from '../store/settings.ts';
import { findUser } from '../store/users.ts';
import type { UserRecord } from '../store/users.ts';
import { newPasswordErrors } from './people-form.ts';

declare module '../http/render.ts' {
  interface Pages {
    'auth/sign-in': PageData & {
      readonly email: string;
      /** Where to go on. */
      readonly next: string;
      /** A form that was sent after its session had ended, as text. */
      readonly kept: string | null;
      readonly isSignedOut?: boolean;
    };
    'auth/code': PageData & {
      /** The sign-in that waits, sealed. */
      readonly pending: string;
      readonly next: string;
      readonly kept: string | null;
    };
    'auth/password': PageData & { readonly token: string; readonly name: string; readonly minLength: number };
  }
}

const scripts = ['show-password'];

const SignInForm = z.object({
  email: z.string().trim().min(1, 'Enter your email address.').max(254, 'Use at most 254 characters.'),
  password: z.string().min(1, 'Enter your password.').max(maxPasswordLength, 'This password is too long.'),
});

const PasswordForm = z.object({ password: z.string(), repeated: z.string() });

/** Each sign-in costs a few writes and a hash; with more at once the last would wait for seconds. */
const mostSignInsAtOnce = 20;

/** Where somebody goes on who has signed in. */
interface Way {
  readonly next: string;
  /** A form that was sent after its session had ended, as text. */
  readonly kept: string | null;
}

const codeErrors: Record<'wrong' | 'used', FieldError> = {
  wrong: { field: 'code', message: 'Incorrect code. Enter the code that the app shows now.' },
  used: { field: 'code', message: 'This code has been used already. Wait for the next one.' },
};

/** The same for an unknown address and for a wrong password. */
const incorrect: FieldError = {
  field: 'email',
  message: 'Incorrect email or password. If you have forgotten it, ask an administrator for a reset link.',
};

export function createSignInHandlers(context: Context, passport: Passport) {
  const { db } = context;
  const limits = createPasswordLimits(context);

  const refuseWithoutPasswords = (): void => {
    if (!context.config.hasPasswords)
      throw new Forbidden('Passwords are switched off here. Sign in with single sign-on.');
  };

  /** After the right password: asks for the code of whoever has a second factor. */
  const goOn = async (
    req: Request,
    res: Response,
    user: Express.User,
    { next, kept }: Way,
  ): Promise<void> => {
    if (!user.hasSecondFactor) {
      await enter(req, res, user, { next, kept });
      return;
    }
    const pending = await sealPending(context, user);
    await render(res, 'auth/code', { title: 'Enter your code', pending, next, kept });
  };

  return {
    show: async (req: Request, res: Response) => {
      if (findCurrentUser(req)) {
        res.redirect(303, '/');
      } else if (!(await isSetUp(db))) {
        res.redirect(303, '/setup');
      } else {
        const { next, 'signed-out': signedOut } = req.query;
        await render(res, 'auth/sign-in', {
          title: 'Sign in',
          scripts,
          email: '',
          next: localPath(next),
          kept: null,
          isSignedOut: signedOut !== undefined,
        });
      }
    },

    create: limited(async (req, res) => {
      refuseWithoutPasswords();
      const form = parseForm(SignInForm, req.body);
      const { email = '', next, kept = '' } = textValues(req.body);
      const page = { title: 'Sign in', scripts, email, next: localPath(next), kept: kept || null };
      if (!form.ok) {
        await render(res, 'auth/sign-in', { ...page, errors: form.errors });
        return;
      }
      await limits.take(req, form.data.email);
      const found = await recognise(passport, 'password', req, res);
      if (!found) {
        await render(res, 'auth/sign-in', { ...page, errors: [incorrect] });
        return;
      }
      await limits.giveBack(req, form.data.email);
      await goOn(req, res, found.user, page);
    }),

    beginSingleSignOn: async (req: Request, res: Response) => {
      await beginSingleSignOn(context, req, res);
    },

    finishSingleSignOn: limited(async (req, res) => {
      const found = await recognise(passport, 'single-sign-on', req, res);
      if (found) await enter(req, res, found.user, { next: found.next, kept: null });
      else res.redirect(303, '/sign-in');
    }),

    /** A link and no form: the content policy lets forms lead to no other site. */
    signOutAtProvider: async (_req: Request, res: Response) => {
      res.redirect(303, (await providerSignOut(context)) ?? '/sign-in?signed-out=yes');
    },

    checkCode: limited(async (req, res) => {
      const { pending = '', next, kept = '', code = '' } = textValues(req.body);
      const user = await findPending(context, pending);
      if (!user) {
        res.redirect(303, '/sign-in');
        return;
      }
      const way: Way = { next: localPath(next), kept: kept || null };
      await limits.take(req, codeLimitOf(user));
      const found = code.length > 40 ? 'wrong' : await useCode(context, user, code);
      if (found === 'right') {
        await limits.giveBack(req, codeLimitOf(user));
        await recordSignIn(db, user);
        await enter(req, res, signedInUser(user), way);
        return;
      }
      await recordEvent(db, { userId: null, action: 'session.code-refused', subject: user.name });
      const page = { title: 'Enter your code', pending, ...way, errors: [codeErrors[found]] };
      await render(res, 'auth/code', page, found === 'used' ? 401 : 422);
    }),

    remove: async (req: Request, res: Response) => {
      const user = findCurrentUser(req);
      if (user) await recordEvent(db, { userId: user.id, action: 'session.ended', subject: user.name });
      await endSession(req);
      res.redirect(303, '/sign-in?signed-out=yes');
    },

    showPassword: async (req: Request, res: Response) => {
      await render(res, 'auth/password', (await passwordPage(context, tokenOf(req))).page);
    },

    choosePassword: async (req: Request, res: Response) => {
      refuseWithoutPasswords();
      const token = tokenOf(req);
      const { page, personal } = await passwordPage(context, token);
      const errors = newPasswordErrors(req.body, personal, page.minLength);
      const form = parseForm(PasswordForm, req.body, errors);
      if (!form.ok) {
        await render(res, 'auth/password', { ...page, errors: form.errors });
        return;
      }
      try {
        const user = await choosePassword(db, token, form.data.password);
        await goOn(req, res, signedInUser(user), { next: '/', kept: null });
      } catch (error) {
        if (!(error instanceof Unprocessable)) throw error;
        await render(res, 'auth/password', { ...page, errors: error.errors });
      }
    },
  };
}

async function passwordPage({ db }: Context, token: string) {
  const link = await getLink(db, token, 'password');
  const user = await findUser(db, link.userId ?? 0);
  const { organisation } = await getSettings(db);
  const { name = '', email = '', secondFactor = null } = user ?? {};
  return {
    page: {
      title: 'Choose a password',
      scripts,
      token,
      name,
      minLength: leastPasswordLength(secondFactor !== null),
    },
    /** Words that make a password easy to guess. */
    personal: [name, email, organisation],
  };
}

function tokenOf(req: Request): string {
  return String(req.params['token']);
}

/** Tries of a code do not count as tries of the password, which starts afresh when it is right. */
function codeLimitOf({ id }: UserRecord): string {
  return `second factor of user ${id}`;
}

async function enter(req: Request, res: Response, user: Express.User, { next, kept }: Way): Promise<void> {
  await signInSession(req, user);
  const late = readKeptForm(kept);
  if (late) await renderSendAgain(res, late, { wasSignedOut: true });
  else res.redirect(303, next);
}

/** Refuses further sign-ins before anything is written or counted. */
function limited(signIn: (req: Request, res: Response) => Promise<void>) {
  let underWay = 0;
  return async (req: Request, res: Response): Promise<void> => {
    if (underWay >= mostSignInsAtOnce)
      throw new Unavailable('Too many people are signing in. Try again in a moment.');
    underWay++;
    try {
      await signIn(req, res);
    } finally {
      underWay--;
    }
  };
}
