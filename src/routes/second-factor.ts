/** The second factor of one's own account: turning it on and off, and recovery codes. */
import type { Request, Response } from 'express';
import { z } from 'zod';
import type { Context } from '../context.ts';
import {
  describeSecondFactor,
  renewRecoveryCodes,
  turnOffSecondFactor,
  turnOnSecondFactor,
} from '../domain/people/second-factor.ts';
import { Unprocessable } from '../errors.ts';
import type { FieldError } from '../errors.ts';
import { currentUser, signedInUser, signInSession } from '../http/authenticate.ts';
import { flash } from '../http/flash.ts';
import { createPasswordLimits } from '../http/rate-limit.ts';
import { render } from '../http/render.ts';
import type { PageData } from '../http/render.ts';
import { seal, unseal } from '../http/sealed.ts';
import { parseForm } from '../http/validate.ts';
import { presentRecoveryCodes, presentSecondFactor } from '../presenters/second-factor.ts';
import { countRecoveryCodes } from '../store/recovery-codes.ts';
import { getSettings } from '../store/settings.ts';
import { getUser } from '../store/users.ts';

declare module '../http/render.ts' {
  interface Pages {
    'account/second-factor': PageData & ReturnType<typeof presentSecondFactor>;
    'account/recovery-codes': PageData & ReturnType<typeof presentRecoveryCodes>;
  }
}

const Typed = {
  currentPassword: z.string().min(1, 'Enter your current password.'),
  code: z.string().trim().min(1, 'Enter the code.').max(40, 'Use at most 40 characters.'),
};
const CodeForm = z.object(Typed);
const TurnOnForm = z.object({ ...Typed, pending: z.string() });
const Sealed = z.object({ secret: z.string() });

export function createSecondFactorHandlers(context: Context) {
  const { db, config } = context;
  const limits = createPasswordLimits(context);

  const page = async (req: Request, secret: string | undefined, errors: readonly FieldError[]) => {
    const by = currentUser(req);
    const user = await getUser(db, by.id);
    const { organisation, requiresSecondFactor } = await getSettings(db);
    const isOn = user.secondFactor !== null;
    const factor = describeSecondFactor(by, organisation, secret);
    return presentSecondFactor({
      isOn,
      hasPassword: user.passwordHash !== null,
      isRequired: requiresSecondFactor,
      hasKey: config.secretsKeys.length > 0,
      codesLeft: isOn ? await countRecoveryCodes(db, user.id) : 0,
      factor,
      pending: seal(config, purposeOf(user.id), { secret: factor.secret }),
      errors,
    });
  };

  /** Password and code are typed: tries are counted, and what is wrong is shown beside its field. */
  const attempt = async (
    req: Request,
    res: Response,
    secret: string | undefined,
    work: () => Promise<void>,
  ): Promise<void> => {
    const { email } = currentUser(req);
    await limits.take(req, email);
    try {
      await work();
      await limits.giveBack(req, email);
    } catch (error) {
      if (!(error instanceof Unprocessable)) throw error;
      await render(res, 'account/second-factor', await page(req, secret, error.errors));
    }
  };

  const refuse = async (req: Request, res: Response, errors: readonly FieldError[], secret?: string) => {
    await render(res, 'account/second-factor', await page(req, secret, errors));
  };

  /** Whatever changes the second factor ends all sessions of the user; this one starts again. */
  const staySignedIn = async (req: Request): Promise<void> => {
    await signInSession(req, signedInUser(await getUser(db, currentUser(req).id)));
  };

  /** What the owner of the factor does with password and code. */
  const withCode =
    (work: (req: Request, res: Response, typed: { code: string; password: string }) => Promise<void>) =>
    async (req: Request, res: Response): Promise<void> => {
      const form = parseForm(CodeForm, req.body);
      if (!form.ok) {
        await refuse(req, res, form.errors);
        return;
      }
      const { code, currentPassword: password } = form.data;
      await attempt(req, res, undefined, () => work(req, res, { code, password }));
    };

  return {
    show: async (req: Request, res: Response) => {
      await render(res, 'account/second-factor', await page(req, undefined, []));
    },

    turnOn: async (req: Request, res: Response) => {
      const { id } = currentUser(req);
      const { pending } = (req.body ?? {}) as Readonly<Record<string, unknown>>;
      const secret = unseal(config, purposeOf(id), Sealed, pending)?.secret;
      const form = parseForm(TurnOnForm, req.body);
      if (!form.ok || secret === undefined) {
        await refuse(
          req,
          res,
          form.ok ? [{ field: 'code', message: 'Scan the code again.' }] : form.errors,
          secret,
        );
        return;
      }
      const { code, currentPassword } = form.data;
      await attempt(req, res, secret, async () => {
        const codes = await turnOnSecondFactor(context, id, { secret, code, password: currentPassword });
        await staySignedIn(req);
        await render(res, 'account/recovery-codes', presentRecoveryCodes(codes));
      });
    },

    renewCodes: withCode(async (req, res, typed) => {
      const codes = await renewRecoveryCodes(context, currentUser(req).id, typed);
      await render(res, 'account/recovery-codes', presentRecoveryCodes(codes));
    }),

    turnOff: withCode(async (req, res, typed) => {
      await turnOffSecondFactor(context, currentUser(req).id, typed);
      await staySignedIn(req);
      flash(req, 'success', 'The second factor is off. You have been signed out everywhere else.');
      res.redirect(303, '/account/second-factor');
    }),
  };
}

/** A secret that was shown to somebody else cannot be turned on. */
function purposeOf(userId: number): string {
  return `new second factor of user ${userId}`;
}
