/** holdfast doctor: whether an installation is as it should be. */
import { config as readDotenv } from 'dotenv';
import { readConfig } from '../config.ts';
import { examineInstallation } from '../domain/doctor/doctor.ts';
import type { Finding } from '../domain/doctor/doctor.ts';
import type { Options } from './options.ts';
import { printJson } from './output.ts';

/** The exit code is 1 where something is wrong; warnings do not change it. */
export async function doctor(options: Options): Promise<void> {
  readDotenv({ quiet: true });
  const config = readConfig(process.env);
  const findings = await examineInstallation(config, (finding) => {
    if (!options.json) process.stdout.write(lineOf(finding));
  });
  const isHealthy = findings.every(({ state }) => state !== 'problem');
  if (options.json) printJson({ isHealthy, findings });
  if (!isHealthy) process.exitCode = 1;
}

function lineOf({ check, state, detail }: Finding): string {
  return `${state.padEnd(8)} ${check.padEnd(12)} ${detail}\n`;
}
