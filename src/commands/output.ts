/** Output of commands: to a file or to standard output. */
import { createWriteStream } from 'node:fs';
import { privateFile } from '../private-files.ts';
import type { Metrics } from '../ml/evaluation/metrics.ts';

export interface Sink {
  /** Resolves when the text has been passed on, so that memory stays flat. */
  readonly write: (text: string | Uint8Array) => Promise<void>;
  readonly close: () => Promise<void>;
}

/** A file, or standard output where none is named, or '-'. */
export function openSink(path: string | undefined): Sink {
  const isPiped = path === undefined || path === '-';
  const stream = isPiped ? process.stdout : createWriteStream(path, { mode: privateFile });
  let failure: Error | null = null;
  stream.on('error', (error: Error) => {
    failure ??= error;
  });
  const settle = (act: (done: (error?: Error | null) => void) => void) =>
    new Promise<void>((resolve, reject) => {
      act((error) => {
        if (error) reject(failure ?? error);
        else resolve();
      });
    });
  return {
    write: (text) => settle((done) => stream.write(text, done)),
    close: () => (isPiped ? Promise.resolve() : settle((done) => stream.end(done))),
  };
}

export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
}

/** One line of figures. */
export function figuresOf(metrics: Readonly<Record<Exclude<keyof Metrics, 'confusion'>, number>>): string {
  const { rocAuc, prAuc, accuracy, precision, recall, f1, logLoss, brier, topDecileLift, ece } = metrics;
  const figures = {
    AUC: rocAuc,
    AP: prAuc,
    accuracy,
    precision,
    recall,
    F1: f1,
    'log loss': logLoss,
    Brier: brier,
    lift: topDecileLift,
    ECE: ece,
  };
  return Object.entries(figures)
    .map(([name, value]) => `${name} ${value.toFixed(4)}`)
    .join('  ');
}
