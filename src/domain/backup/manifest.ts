/** What a backup says of itself: `about.json` comes first, `manifest.json` last, so that one that was cut off has none. */
import { z } from 'zod';
import { AppError } from '../../errors.ts';

export const aboutName = 'about.json';
export const databaseName = 'holdfast.db';
export const manifestName = 'manifest.json';

/** Increased where earlier versions could not restore what is written. */
export const backupFormat = 1;

const About = z.object({
  format: z.number().int(),
  /** Version of Holdfast that wrote it. */
  software: z.string(),
  /** ISO 8601. */
  createdAt: z.string(),
});
export type About = z.infer<typeof About>;

/** `uploads/…`, `models/…` or `data/…`: the folder and the place in it, which is never outside. */
export const FileName = z.string().regex(/^(uploads|models|data)(\/[\w-][\w .-]*)+$/);

const FileSum = z.object({
  name: FileName,
  bytes: z.number().int().min(0),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});
export type FileSum = z.infer<typeof FileSum>;

const Manifest = z.object({
  ...About.shape,
  database: FileSum.omit({ name: true }).extend({
    /** Which it was; in the backup it is SQLite in any case. */
    kind: z.enum(['sqlite', 'postgres']),
    migrations: z.array(z.string()),
  }),
  files: z.array(FileSum),
  /** Files of models and datasets that were missing already. */
  missing: z.array(z.string()),
});
export type Manifest = z.infer<typeof Manifest>;

const notOurs = 'This is no backup of Holdfast.';

/** @throws AppError where this version cannot restore it */
export function readAbout(text: string): About {
  const about = parseAs(About, text);
  if (about.format > backupFormat)
    throw new AppError(
      422,
      'later-backup',
      `This backup was made by a later version of Holdfast (${about.software}). Restore it with that version.`,
    );
  return about;
}

/** @throws AppError */
export function readManifest(text: string): Manifest {
  return parseAs(Manifest, text);
}

function parseAs<T>(schema: z.ZodType<T>, text: string): T {
  const result = schema.safeParse(tryJson(text));
  if (!result.success) throw new AppError(422, 'no-backup', notOurs);
  return result.data;
}

function tryJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
