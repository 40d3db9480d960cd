/** The model that a command names: a file, or the number of one in this installation. */
import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import type { Config } from '../../config.ts';
import type { Db } from '../../db.ts';
import type { Model } from '../../ml/model/model.ts';
import { getModel } from '../../store/models.ts';
import { defaultSettings, getSettings } from '../../store/settings.ts';
import { bringKept } from '../files/kept.ts';
import { withInstallation } from '../installation.ts';
import { loadModelFile, readModelFile } from '../models/files.ts';
import type { RiskThresholds } from '../risk/levels.ts';

export interface ChosenModel {
  readonly model: Model;
  /** What people call it. */
  readonly label: string;
  /** Of the installation; for a file the usual ones. */
  readonly levels: RiskThresholds;
}

/** `readConfig` is called only for a number. @throws AppError where there is no such model, or its file is damaged */
export async function chosenModel(name: string, readConfig: () => Config): Promise<ChosenModel> {
  if (!/^\d{1,9}$/.test(name) || existsSync(name))
    return { model: await loadModelFile(name), label: basename(name), levels: defaultSettings };
  const config = readConfig();
  return withInstallation(config, async (db) => {
    await bringKept({ db, config });
    return registeredModel(db, config.modelsDir, Number(name));
  });
}

/** @throws NotFound; AppError 409 when its file is damaged */
export async function registeredModel(db: Db, modelsDir: string, id: number): Promise<ChosenModel> {
  const record = await getModel(db, id);
  const levels = await getSettings(db);
  return { model: await readModelFile(modelsDir, record), label: record.label, levels };
}
