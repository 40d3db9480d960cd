/**
 * A form with an old token, because the user signed in again in another tab: it is shown for confirmation, like one that
 * was sent after its session had ended.
 */
import type { Request, Response } from 'express';
import { findCurrentUser, localPath } from './authenticate.ts';
import { originOf } from './csrf.ts';
import { keepForm, readKeptForm } from './kept-form.ts';
import type { KeptForm } from './kept-form.ts';
import { describeKeptForm } from '../presenters/kept-form.ts';
import type { KeptFormWords } from '../presenters/kept-form.ts';
import { render } from './render.ts';
import type { PageData } from './render.ts';

declare module './render.ts' {
  interface Pages {
    'auth/send-again': PageData & {
      readonly form: KeptForm;
      readonly words: KeptFormWords;
      readonly wasSignedOut: boolean;
    };
  }
}

/** Shows the form to the signed-in user. `wasSignedOut`: the reason why it was not accepted. */
export async function renderSendAgain(
  res: Response,
  form: KeptForm,
  { wasSignedOut }: { readonly wasSignedOut: boolean },
): Promise<void> {
  await render(
    res,
    'auth/send-again',
    { title: 'Send your form?', form, words: describeKeptForm(form), wasSignedOut },
    wasSignedOut ? 200 : 403,
  );
}

/**
 * Answers a form with an old token; false where it cannot be shown again. Only a form that the browser
 * reports as same-origin: another site could have filled in any other.
 */
export async function answerOldToken(
  req: Request,
  res: Response,
  publicUrl: string | null,
): Promise<boolean> {
  if (!findCurrentUser(req) || originOf(req, publicUrl) !== 'own') return false;
  if (['/sign-in', '/sign-in/code'].includes(req.path)) return answerSecondSignIn(req, res);
  const form = readKeptForm(keepForm(req));
  if (form) await renderSendAgain(res, form, { wasSignedOut: false });
  return form !== null;
}

/** Signed in already: there is nothing to check, and the form stays in the page. */
async function answerSecondSignIn(req: Request, res: Response): Promise<boolean> {
  const { kept, next } = (req.body ?? {}) as Record<string, unknown>;
  const form = readKeptForm(kept);
  if (form) await renderSendAgain(res, form, { wasSignedOut: true });
  else res.redirect(303, localPath(next));
  return true;
}
