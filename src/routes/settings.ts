/** Risk levels, the organisation, and the sample. */
import type { Request, Response } from 'express';
import { z } from 'zod';
import type { Context } from '../context.ts';
import { currencies, timeZones } from '../domain/organisation/locale.ts';
import { changeOrganisation, changeRiskLevels } from '../domain/organisation/organisation.ts';
import { currentPopulation } from '../domain/analytics/population.ts';
import { describeSample, removeSample } from '../domain/sample/removal.ts';
import type { SampleDescription } from '../domain/sample/removal.ts';
import { typedPercent } from '../format.ts';
import { currentUser } from '../http/authenticate.ts';
import { flash } from '../http/flash.ts';
import { render, renderFragment } from '../http/render.ts';
import type { PageData } from '../http/render.ts';
import { parseForm } from '../http/validate.ts';
import { countByThresholds } from '../store/predictions.ts';
import { getSettings } from '../store/settings.ts';
import type { Settings } from '../store/settings.ts';
import { organisationFields } from './organisation-form.ts';

interface ThresholdPreview {
  readonly values: Readonly<Record<string, string>>;
  readonly counts: { readonly low: number; readonly medium: number; readonly high: number } | null;
}

declare module '../http/render.ts' {
  interface Pages {
    'settings/show': PageData & { readonly settings: Settings };
    'settings/risk-levels': PageData & ThresholdPreview;
    'settings/organisation': PageData & {
      readonly values: Readonly<Record<string, string>>;
      readonly currencies: readonly string[];
      readonly timeZones: readonly string[];
    };
    'settings/sample': PageData & { readonly sample: SampleDescription };
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
    message: 'High must begin above medium: as they are, the two overlap.',
  });

const OrganisationForm = z.object({
  ...organisationFields,
  valueMonths: z.coerce
    .number('Enter a number of months.')
    .int('Enter whole months.')
    .min(1, 'Enter at least 1 month.')
    .max(120, 'Enter at most 120 months.'),
});

export function createSettingsHandlers({ db, config }: Context) {
  const preview = async (source: unknown): Promise<ThresholdPreview & { errors: PageData['errors'] }> => {
    const form = parseForm(RiskForm, source);
    if (!form.ok) return { values: form.values, counts: null, errors: form.errors };
    const { mediumFrom, highFrom } = form.data;
    const { filter: population } = await currentPopulation(db);
    return {
      values: asPercentages(form.data),
      counts: await countByThresholds(db, mediumFrom, highFrom, population),
      errors: [],
    };
  };

  return {
    show: async (_req: Request, res: Response) => {
      await render(res, 'settings/show', { title: 'Settings', settings: await getSettings(db) });
    },

    /** With thresholds in the address: what they would do, as a page or as the piece of it that a script swaps. */
    showRiskLevels: async (req: Request, res: Response) => {
      const asked = req.query['mediumFrom'] !== undefined;
      const data = await preview(asked ? req.query : asPercentages(await getSettings(db)));
      if (req.get('x-fragment') === 'counts')
        await renderFragment(res, 'settings/risk-counts', { ...data, errors: data.errors ?? [] });
      else
        await render(res, 'settings/risk-levels', {
          title: 'Risk levels',
          scripts: ['live-counts'],
          ...data,
          errors: data.errors ?? [],
        });
    },

    saveRiskLevels: async (req: Request, res: Response) => {
      const form = parseForm(RiskForm, req.body);
      if (!form.ok) {
        const page = {
          title: 'Risk levels',
          scripts: ['live-counts'],
          values: form.values,
          counts: null,
          errors: form.errors,
        };
        await render(res, 'settings/risk-levels', page, 422);
        return;
      }
      const { mediumFrom, highFrom } = form.data;
      const relabelled = await changeRiskLevels(db, currentUser(req), mediumFrom, highFrom);
      flash(
        req,
        'success',
        relabelled === 'done'
          ? 'The risk levels are saved, and every stored score has its new level. Files of earlier uploads keep theirs.'
          : 'The risk levels are saved. Stored scores are getting their new level in the background; this takes a moment.',
      );
      res.redirect(303, '/settings/risk-levels');
    },

    showOrganisation: async (_req: Request, res: Response) => {
      const { organisation, currency, timeZone, valueMonths } = await getSettings(db);
      const values = { organisation, currency, timeZone, valueMonths: String(valueMonths) };
      await render(res, 'settings/organisation', { title: 'Organisation', values, currencies, timeZones });
    },

    saveOrganisation: async (req: Request, res: Response) => {
      const form = parseForm(OrganisationForm, req.body);
      if (!form.ok) {
        await render(
          res,
          'settings/organisation',
          { title: 'Organisation', values: form.values, currencies, timeZones, errors: form.errors },
          422,
        );
        return;
      }
      await changeOrganisation(db, currentUser(req), form.data);
      flash(req, 'success', 'The organisation is saved.');
      res.redirect(303, '/settings/organisation');
    },

    showSample: async (_req: Request, res: Response) => {
      const sample = await describeSample(db);
      const refresh = sample.isBeingRemoved ? { refreshSeconds: 2, scripts: ['reload-page'] } : {};
      await render(res, 'settings/sample', { title: 'Sample data', sample, ...refresh });
    },

    removeSample: async (req: Request, res: Response) => {
      if ((await removeSample(db, config, currentUser(req))) === 'later') {
        res.redirect(303, '/settings/sample');
        return;
      }
      flash(req, 'success', 'The sample is removed. What you uploaded yourself is untouched.');
      res.redirect(303, '/');
    },
  };
}

function asPercentages({
  mediumFrom,
  highFrom,
}: Pick<Settings, 'mediumFrom' | 'highFrom'>): Record<string, string> {
  return { mediumFrom: typedPercent(mediumFrom), highFrom: typedPercent(highFrom) };
}
