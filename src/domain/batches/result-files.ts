/**
 * The files that a scoring writes: all rows with their scores, the rejected rows, and the scores as columns. What lies
 * beyond the checkpoint does not count: a resumed run cuts it off and continues.
 */
import {
  closeSync,
  existsSync,
  fdatasyncSync,
  ftruncateSync,
  openSync,
  renameSync,
  statSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import type { BatchRecord } from '../../store/batches.ts';
import type { FinishedFile } from '../../store/files/files.ts';
import { encodeHeader } from '../../store/score-files/encoding.ts';
import type { ScoreFileHeader } from '../../store/score-files/group.ts';
import { scoreFile } from '../../store/score-files/names.ts';
import { byteOrderMark } from '../csv/writer.ts';
import { batchFile } from './files.ts';
import { rejectedHeader, scoredHeader } from './output.ts';

export interface ResultSizes {
  readonly scoredBytes: number;
  readonly rejectedBytes: number;
  readonly scoreBytes: number;
}

export type ResultFiles = ReturnType<typeof openResultFiles>;

/** Whether what was written until the checkpoint is here. */
export function reachCheckpoint(uploadsDir: string, batch: BatchRecord): boolean {
  const { checkpoint, scoreBytes } = batch;
  const sizeOf = (name: string): number =>
    statSync(join(uploadsDir, name), { throwIfNoEntry: false })?.size ?? 0;
  const longest = (name: string): number => Math.max(sizeOf(name), sizeOf(`${name}.part`));
  if (checkpoint === null) return true;
  return (
    longest(batchFile(batch, 'scored')) >= checkpoint.scoredBytes &&
    longest(batchFile(batch, 'rejected')) >= checkpoint.rejectedBytes &&
    sizeOf(scoreFile(batch.file)) >= scoreBytes
  );
}

/** Cut off at the checkpoint, or started with their headers. */
export function openResultFiles(uploadsDir: string, batch: BatchRecord, header: ScoreFileHeader) {
  const { checkpoint, format } = batch;
  const text = (line: string): Buffer => Buffer.from(byteOrderMark + line);
  const files: ReturnType<typeof openResult>[] = [];
  const open = (name: string, isPublic: boolean, kept: number): void => {
    const whole = join(uploadsDir, name);
    files.push(openResult(isPublic ? `${whole}.part` : whole, whole, kept));
  };
  try {
    open(batchFile(batch, 'scored'), true, checkpoint?.scoredBytes ?? 0);
    open(batchFile(batch, 'rejected'), true, checkpoint?.rejectedBytes ?? 0);
    open(scoreFile(batch.file), false, checkpoint ? batch.scoreBytes : 0);
    if (!checkpoint) {
      const headers = [
        text(scoredHeader(batch.header, format)),
        text(rejectedHeader(batch.header, format)),
        encodeHeader(header),
      ];
      files.forEach((file, i) => {
        file.write(headers[i]!);
      });
    }
  } catch (error) {
    // The disk is full: every retry opens them again.
    for (const file of files) file.close();
    throw error;
  }
  const [scored, rejected, scores] = files as [ResultFile, ResultFile, ResultFile];
  return {
    append: (lines: Uint8Array, rejectedLines: Uint8Array, group: Uint8Array | null) => {
      scored.write(lines);
      rejected.write(rejectedLines);
      if (group !== null) scores.write(group);
    },
    /** Until they are on the disk. */
    sync: () => {
      for (const file of files) file.sync();
    },
    sizes: (): ResultSizes => ({
      scoredBytes: scored.size(),
      rejectedBytes: rejected.size(),
      scoreBytes: scores.size(),
    }),
    /** Where they are, and where they will be; the scores come last. */
    finished: (): FinishedFile[] => files.map(({ whole, partial }) => ({ path: whole, from: partial })),
    /** Gives them their final names; can be repeated. */
    publish: () => {
      for (const file of files) file.publish();
    },
    close: () => {
      for (const file of files) file.close();
    },
  };
}

type ResultFile = ReturnType<typeof openResult>;

/** Written under the name `partial`, from its byte `kept` on. */
function openResult(partial: string, whole: string, kept: number) {
  // Final names although the batch is not done: a crash came between renaming and the last write to the database.
  if (!existsSync(partial) && existsSync(whole)) renameSync(whole, partial);
  const descriptor = openSync(partial, existsSync(partial) ? 'r+' : 'w', 0o600);
  ftruncateSync(descriptor, kept);
  let size = kept;
  let isSynced = true;
  return {
    partial,
    whole,
    size: () => size,
    write: (bytes: Uint8Array) => {
      if (bytes.length === 0) return;
      for (let written = 0; written < bytes.length;)
        written += writeSync(descriptor, bytes, written, bytes.length - written, size + written);
      size += bytes.length;
      isSynced = false;
    },
    sync: () => {
      if (!isSynced) fdatasyncSync(descriptor);
      isSynced = true;
    },
    publish: () => {
      if (partial !== whole && existsSync(partial)) renameSync(partial, whole);
    },
    close: () => {
      closeSync(descriptor);
    },
  };
}
