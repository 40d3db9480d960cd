/** Bodies of requests: JSON, or a form with one file. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import express from 'express';
import type { Request, RequestHandler } from 'express';
import type { Context } from '../context.ts';
import { AppError } from '../errors.ts';
import { receivedFile, receiveFile } from '../http/receive-file.ts';
import { callerOf } from './callers.ts';
import type { Operation } from './operation.ts';

const mostBytes = 1024 * 1024;
const rawBodies = new WeakMap<object, Buffer>();

/** What the operation takes, and nothing else. */
export function readBodyOf({ upload, schemas }: Operation, context: Context): RequestHandler[] {
  if (upload) return [requireType('multipart/form-data'), receiveFile(context, 'file', sender)];
  return schemas.body ? [requireType('application/json'), readJson] : [];
}

const sender = { userOf: (req: Request) => callerOf(req).user, isTrusted: () => true };

function requireType(type: string): RequestHandler {
  return (req, _res, next) => {
    // False: it is another type; null: there is no body, which the schema refuses.
    if (req.is(type) === false) throw new AppError(415, 'unsupported', `Send the body as ${type}.`);
    next();
  };
}

const readJson = express.json({
  limit: mostBytes,
  verify: (req, _res, body) => {
    rawBodies.set(req, body);
    // No database stores it the same way.
    if (body.includes('\\u0000') && /(?<!\\)(?:\\\\)*\\u0000/.test(body.toString()))
      throw new AppError(400, 'nul', 'The body contains a NUL character. Remove it.');
  },
});

/** What was asked for, so that a repeated request can be told from another one. */
export async function askedFor(req: Request, { upload }: Operation, { config }: Context) {
  const address = [req.method, req.originalUrl];
  if (!upload) return [...address, rawBodies.get(req) ?? ''];
  const hash = createHash('sha256');
  const { file, originalName } = receivedFile(req);
  for await (const piece of createReadStream(join(config.uploadsDir, file))) hash.update(piece as Buffer);
  return [...address, originalName, JSON.stringify(req.body), hash.digest()];
}

/** The file of a request that was not carried out. */
export async function removeReceived(req: Request, { config }: Context): Promise<void> {
  if (req.file) await rm(join(config.uploadsDir, req.file.filename), { force: true });
}
