/** Two machines: applications with folders of their own that share a database and a store of files. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { prepareFiles } from '../../src/domain/files/starting.ts';
import { activateSmallModel, createTestApp, setUpOrganisation, signIn } from './app.ts';
import type { TestApp } from './app.ts';
import type { Agent } from './datasets.ts';

export interface Machine {
  readonly test: TestApp;
  readonly agent: Agent;
}

export interface Machines {
  readonly here: Machine;
  readonly there: Machine;
  close(): Promise<void>;
}

/** An administrator is signed in on both, and a small model is active. `files`: settings of the store. */
export async function startMachines(files: Record<string, string>): Promise<Machines> {
  const first = await createTestApp(files);
  const second = await createTestApp({ ...files, DATABASE_URL: first.context.config.databaseUrl });
  for (const { context } of [first, second]) await prepareFiles(context);
  await setUpOrganisation(first);
  await activateSmallModel(first, ['Contract', 'tenure', 'MonthlyCharges']);
  return {
    here: { test: first, agent: await signIn(first, 'admin') },
    there: { test: second, agent: await signIn(second, 'admin') },
    close: async () => {
      await second.close();
      await first.close();
    },
  };
}

/** A folder for objects, which the caller removes. */
export function createObjectFolder(): { readonly path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'holdfast-store-'));
  return {
    path,
    remove: () => {
      rmSync(path, { recursive: true, force: true });
    },
  };
}

/** Files anywhere below the folders that hold the bytes of the text. */
export function filesWith(text: string, folders: readonly string[]): string[] {
  return folders
    .flatMap((folder) => readdirSync(folder, { recursive: true }).map((name) => join(folder, String(name))))
    .filter((path) => statSync(path).isFile() && readFileSync(path).includes(text));
}

/** The folders of a machine. */
export function foldersOf({ test }: Machine): string[] {
  const { uploadsDir, modelsDir, dataDir } = test.context.config;
  return [uploadsDir, modelsDir, dataDir];
}
