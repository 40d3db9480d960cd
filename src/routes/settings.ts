/** Settings: risk levels, the organisation and the sample data. */
import type { Request, Response } from 'express';
import { z } from 'zod';
import type { Context } from '../context.ts';
import { timeOf } from '../db/clock.ts';
import { today } from '../domain/campaigns/days.ts';
import { holdOutShares, shareOn } from '../domain/campaigns/hold-out.ts';
import { currencies, timeZones } from '../domain/organisation/locale.ts';
import { changeOrganisation, changeRiskLevels } from '../domain/organisation/organisation.ts';
import { currentPopulation } from '../domain/analytics/population.ts';
import { describeSample, removeSample } from '../domain/sample/removal.ts';
import { typedPercent } from '../format.ts';
import { currentUser } from '../http/authenticate.ts';
import { flash } from '../http/flash.ts';
import { render, renderFragment } from '../http/render.ts';
import type { PageData } from '../http/render.ts';
import { parseForm } from '../http/validate.ts';
import {
  presentHoldOut,
  presentOrganisation,
  presentRiskLevels,
  presentSample,
  presentSettings,
} from '../presenters/settings.ts';
import type { FormInput, RiskLevelsInput } from '../presenters/settings.ts';
import { getSettings } from '../store/settings.ts';
import type { Settings } from '../store/settings.ts';
import { organisationFields } from './organisation-form.ts';
import { openScoreStore } from '../store/score-files/store.ts';
import { marginField, toValueFields } from './value-fields.ts';

declare module '../http/render.ts' {
  interface Pages {
    'settings/show': PageData & ReturnType<typeof presentSettings>;
    'settings/risk-levels': PageData & ReturnType<typeof presentRiskLevels>;
    'settings/organisation': PageData &
      ReturnType<typeof presentOrganisation> &
      ReturnType<typeof presentHoldOut>;
    'settings/sample': PageData & ReturnType<typeof presentSample>;
  }
}

const share = z
  .string()
  .trim()
  .regex(/^\d{1,3}([.,]\d{1,2})?$/, 'Enter a percentage such as 30.')
  .transform((text) => Number(text.replace(',', '.')) / 100)
  .refine((value) => value > 0 && value < 1, 'Enter a percentage above 0 and below 100.');

const RiskForm = z
  .object({ mediumFrom: share, highFrom: share })
  .refine(({ mediumFrom, highFrom }) => mediumFrom < highFrom, {
    path: ['highFrom'],
    message: 'High must start above medium, so that the levels do not overlap.',
  });

const OrganisationForm = z.object({
  ...organisationFields,
  valueMonths: z.coerce
    .number('Enter a number of months, such as 12.')
    .int('Enter a whole number of months.')
    .min(1, 'Enter at least 1 month.')
    .max(120, 'Enter at most 120 months.'),
  valueMargin: marginField,
  holdOutShare: z
    .enum(holdOutShares.map(String), 'Choose a share from the list.')
    .transform(Number)
    .optional(),
});

export function createSettingsHandlers({ db, config, tasks }: Context) {
  /** What thresholds would do: nothing is saved. */
  const preview = async (source: unknown): Promise<RiskLevelsInput> => {
    const form = parseForm(RiskForm, source);
    if (!form.ok) return { values: form.values, counts: null, errors: form.errors };
    const { filter: population } = await currentPopulation(db);
    const counts = await tasks.run('countByThresholds', { thresholds: form.data, population });
    return { values: asPercentages(form.data), counts, errors: [] };
  };

  return {
    show: async (_req: Request, res: Response) => {
      const settings = await getSettings(db);
      await render(res, 'settings/show', (h) => ({ title: 'Settings', ...presentSettings(h, settings) }));
    },

    /** With thresholds in the address: their effect, as a page or as the fragment that a script inserts. */
    showRiskLevels: async (req: Request, res: Response) => {
      const isPreview = req.query['mediumFrom'] !== undefined;
      const input = await preview(isPreview ? req.query : asPercentages(await getSettings(db)));
      if (req.get('x-fragment') === 'counts')
        await renderFragment(res, 'settings/risk-counts', (h) => presentRiskLevels(h, input));
      else await renderRiskLevels(res, input, 200);
    },

    saveRiskLevels: async (req: Request, res: Response) => {
      const form = parseForm(RiskForm, req.body);
      if (!form.ok) {
        await renderRiskLevels(res, { ...form, counts: null }, 422);
        return;
      }
      const { mediumFrom, highFrom } = form.data;
      const relabelled = await changeRiskLevels(
        openScoreStore(db, config),
        currentUser(req),
        mediumFrom,
        highFrom,
      );
      flash(req, 'success', riskLevelsSaved[relabelled]);
      res.redirect(303, '/settings/risk-levels');
    },

    showOrganisation: async (_req: Request, res: Response) => {
      const settings = await getSettings(db);
      const { organisation, currency, timeZone } = settings;
      const share = shareOn(settings, today(timeZone, await timeOf(db)));
      const values = {
        organisation,
        currency,
        timeZone,
        ...toValueFields(settings),
        holdOutShare: String(share),
      };
      await renderOrganisation(res, { values, errors: [] }, 200);
    },

    saveOrganisation: async (req: Request, res: Response) => {
      const form = parseForm(OrganisationForm, req.body);
      if (!form.ok) {
        await renderOrganisation(res, form, 422);
        return;
      }
      await changeOrganisation(db, currentUser(req), form.data);
      flash(req, 'success', 'The organisation has been saved.');
      res.redirect(303, '/settings/organisation');
    },

    showSample: async (_req: Request, res: Response) => {
      const sample = await describeSample(db);
      await render(res, 'settings/sample', (h) => ({
        title: 'Sample data',
        isWaiting: sample.isBeingRemoved,
        ...presentSample(h, sample),
      }));
    },

    removeSample: async (req: Request, res: Response) => {
      if ((await removeSample(db, config, currentUser(req))) === 'later') {
        res.redirect(303, '/settings/sample');
        return;
      }
      flash(req, 'success', 'The sample data has been removed. Your own data has not changed.');
      res.redirect(303, '/');
    },
  };
}

const riskLevelsSaved: Record<'done' | 'later', string> = {
  done: 'The risk levels have been saved, and every stored score updated. Result files of earlier batches keep their levels.',
  later:
    'The risk levels have been saved. Stored scores are being updated in the background; this takes a moment.',
};

function renderRiskLevels(res: Response, input: RiskLevelsInput, status: number): Promise<void> {
  const page = { title: 'Risk levels', scripts: ['live-counts'] };
  return render(res, 'settings/risk-levels', (h) => ({ ...page, ...presentRiskLevels(h, input) }), status);
}

function renderOrganisation(res: Response, input: FormInput, status: number): Promise<void> {
  const page = {
    title: 'Organisation',
    ...presentOrganisation({ currencies, timeZones }, input),
    ...presentHoldOut(holdOutShares, input),
  };
  return render(res, 'settings/organisation', page, status);
}

function asPercentages({
  mediumFrom,
  highFrom,
}: Pick<Settings, 'mediumFrom' | 'highFrom'>): Record<string, string> {
  return { mediumFrom: typedPercent(mediumFrom), highFrom: typedPercent(highFrom) };
}
