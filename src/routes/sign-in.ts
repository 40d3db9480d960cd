/** Coming in, going out, and choosing a password by a one-time link. */
import type { Request, Response } from 'express';
import { z } from 'zod';
import type { Context } from '../context.ts';
import { authenticate, choosePassword, getLink, isSetUp } from '../domain/accounts.ts';
import { maxPasswordLength, minPasswordLength } from '../domain/passwords.ts';
import { Unprocessable } from '../errors.ts';
import { findCurrentUser, endSession, signInSession } from '../http/authenticate.ts';
import { flash } from '../http/flash.ts';
import { createPasswordLimits } from '../http/rate-limit.ts';
import { render } from '../http/render.ts';
import type { PageData } from '../http/render.ts';
import { parseForm } from '../http/validate.ts';
import { recordEvent } from '../store/audit.ts';
import { findUser } from '../store/users.ts';

declare module '../http/render.ts' {
  interface Pages {
    'auth/sign-in': PageData & { readonly email: string };
    'auth/password': PageData & { readonly token: string; readonly name: string; readonly minLength: number };
  }
}

const scripts = ['show-password'];

const SignInForm = z.object({
  email: z.string().trim().min(1, 'Enter your e-mail address.').max(254, 'This e-mail address is too long.'),
  password: z.string().min(1, 'Enter your password.').max(maxPasswordLength, 'This password is too long.'),
});

const PasswordForm = z
  .object({ password: z.string(), repeated: z.string() })
  .refine(({ password, repeated }) => password === repeated, {
    path: ['repeated'],
    message: 'The two passwords differ.',
  });

export function createSignInHandlers(context: Context) {
  const { db } = context;
  const limits = createPasswordLimits(context);

  return {
    show: async (req: Request, res: Response) => {
      if (findCurrentUser(req)) {
        res.redirect(303, '/');
      } else if (!(await isSetUp(db))) {
        res.redirect(303, '/setup');
      } else {
        await render(res, 'auth/sign-in', { title: 'Sign in', scripts, email: '' });
      }
    },

    create: async (req: Request, res: Response) => {
      const form = parseForm(SignInForm, req.body);
      if (!form.ok) {
        const page = { title: 'Sign in', scripts, email: form.values['email'] ?? '', errors: form.errors };
        await render(res, 'auth/sign-in', page, 422);
        return;
      }
      const { email, password } = form.data;
      await limits.take(req, email);
      const user = await authenticate(db, email, password);
      if (!user) {
        const errors = [
          { field: 'email', message: 'The e-mail address and the password do not belong together.' },
        ];
        await render(res, 'auth/sign-in', { title: 'Sign in', scripts, email, errors }, 422);
        return;
      }
      await limits.giveBack(req, email);
      res.redirect(303, await signInSession(req, user));
    },

    remove: async (req: Request, res: Response) => {
      const user = findCurrentUser(req);
      if (user) await recordEvent(db, { userId: user.id, action: 'session.ended', subject: user.name });
      await endSession(req);
      flash(req, 'success', 'You are signed out.');
      res.redirect(303, '/sign-in');
    },

    showPassword: async (req: Request, res: Response) => {
      await render(res, 'auth/password', await passwordPage(context, tokenOf(req)));
    },

    choosePassword: async (req: Request, res: Response) => {
      const token = tokenOf(req);
      const page = await passwordPage(context, token);
      const form = parseForm(PasswordForm, req.body);
      if (!form.ok) {
        await render(res, 'auth/password', { ...page, errors: form.errors }, 422);
        return;
      }
      try {
        const user = await choosePassword(db, token, form.data.password);
        res.redirect(303, await signInSession(req, user));
      } catch (error) {
        if (!(error instanceof Unprocessable)) throw error;
        await render(res, 'auth/password', { ...page, errors: error.errors }, 422);
      }
    },
  };
}

async function passwordPage({ db }: Context, token: string) {
  const link = await getLink(db, token, 'password');
  const user = await findUser(db, link.userId ?? 0);
  return { title: 'Choose a password', scripts, token, name: user?.name ?? '', minLength: minPasswordLength };
}

function tokenOf(req: Request): string {
  return String(req.params['token']);
}
