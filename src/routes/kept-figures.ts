/** Figures that read every customer, kept until the scores change, for pages and for whoever computes them in advance. */
import type { Context } from '../context.ts';
import { createFigureReader } from './figure-reader.ts';
import { createMovementReader } from './movement-reader.ts';
import { createSegmentReader } from './segment-reader.ts';

export type KeptFigures = ReturnType<typeof createKeptFigures>;

export function createKeptFigures({ db, tasks }: Pick<Context, 'db' | 'tasks'>) {
  return {
    byColumn: createFigureReader(tasks),
    movement: createMovementReader(db, tasks),
    segments: createSegmentReader(tasks),
  };
}
