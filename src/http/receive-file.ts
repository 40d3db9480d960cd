/** Receives one file of a multipart form onto disk under a random name; whatever goes wrong leaves nothing behind. */
import { randomBytes } from 'node:crypto';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import type { Request, RequestHandler } from 'express';
import multer from 'multer';
import type { Multer } from 'multer';
import type { Config } from '../config.ts';
import type { Context } from '../context.ts';
import { roomForUpload } from '../domain/files/quotas.ts';
import type { User } from '../domain/people/accounts.ts';
import { AppError } from '../errors.ts';
import { privateFile } from '../private-files.ts';
import { currentUser } from './authenticate.ts';
import { csrfAnswer, hasCsrfToken } from './csrf.ts';

export interface ReceivedFile {
  /** Its name in the uploads folder. */
  readonly file: string;
  /** What the person called it, without folders and control characters, at most 200 characters. */
  readonly originalName: string;
}

/** Whose upload it is, and whether a request may leave a file. */
export interface Sender {
  readonly userOf: (req: Request) => User;
  readonly isTrusted: (req: Request) => boolean;
}

/** The form's token stands before its file: without it nothing is written. */
const signedIn: Sender = { userOf: currentUser, isTrusted: hasCsrfToken };

export function receiveFile(
  env: Pick<Context, 'db' | 'config'>,
  field: string,
  { userOf, isTrusted }: Sender = signedIn,
): RequestHandler {
  const { config } = env;
  return async (req, res, next) => {
    const announced = Number(req.get('content-length') ?? 0);
    if (announced > config.maxUploadBytes + formBytes) throw tooLarge(config);
    const room = await roomForUpload(env, userOf(req), Math.max(0, announced - formBytes));
    const limit = Math.min(config.maxUploadBytes, room);
    uploader(config, { maxBytes: limit, isTrusted }).single(field)(req, res, (error: unknown) => {
      if (error === undefined || error === null) next();
      else next(toAppError(error, { ...config, maxUploadBytes: limit }));
    });
  };
}

/** What a form has around its file, at most. */
const formBytes = 100_000;

interface Limits extends Pick<Sender, 'isTrusted'> {
  /** Of the file. */
  readonly maxBytes: number;
}

function uploader(config: Config, { maxBytes, isTrusted }: Limits): Multer {
  return multer({
    storage: multer.diskStorage({
      destination: config.uploadsDir,
      filename: (_req, _file, done) => {
        const name = randomBytes(16).toString('hex');
        try {
          // Multer would give it the rights that the process gives to every file.
          closeSync(openSync(join(config.uploadsDir, name), 'wx', privateFile));
          done(null, name);
        } catch (error) {
          done(error as Error, '');
        }
      },
    }),
    fileFilter: (req, _file, done) => {
      if (isTrusted(req)) done(null, true);
      else done(csrfAnswer());
    },
    limits: {
      fileSize: maxBytes,
      files: 1,
      fields: 5,
      parts: 6,
      fieldSize: 1_000,
      fieldNameSize: 100,
      headerPairs: 50,
    },
  });
}

/** @throws AppError 422 when the form came without a file. */
export function receivedFile(req: Request): ReceivedFile {
  if (!req.file) throw new AppError(422, 'no-file', 'Choose a file first.');
  return { file: req.file.filename, originalName: tidyName(req.file.originalname) };
}

function tidyName(name: string): string {
  // Browsers send UTF-8, which the multipart parser reads as Latin-1.
  const decoded = Buffer.from(name, 'latin1').toString('utf8');
  const base = (decoded.includes('\ufffd') ? name : decoded).split(/[\\/]/).at(-1) ?? '';
  const tidy = base.replace(/\p{C}/gu, '').trim().slice(0, 200);
  return tidy === '' || /^\.+$/.test(tidy) ? 'upload.csv' : tidy;
}

function toAppError(error: unknown, config: Config): unknown {
  if (error instanceof AppError) return error;
  // The disk's errors name the call that failed; the others are the parser's: no boundary, cut off, not a form.
  if (error instanceof Error && 'syscall' in error) return error;
  if (error instanceof multer.MulterError && error.code === 'LIMIT_FILE_SIZE') return tooLarge(config);
  return new AppError(400, 'bad-upload', 'Send one file, in the file field of the form.');
}

function tooLarge(config: Config): AppError {
  const megabytes = Math.round(config.maxUploadBytes / 1024 / 1024);
  return new AppError(
    413,
    'too-large',
    `Files may have up to ${megabytes} MB. Split the file, or ask an administrator to raise MAX_UPLOAD_MB.`,
  );
}
