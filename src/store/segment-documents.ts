/** What makes a customer a member of a segment, as it is stored: with the segment, and with rules that ask for it. */
import { z } from 'zod';
import { Filter } from './campaigns.ts';
import type { Stored } from './json.ts';

/** A saved filter. */
const FilterPart = Filter.omit({ segment: true }).extend({ kind: z.literal('filter') });

/** All parts must hold: a filter saved within another segment has the parts of both. */
export const SegmentPart = z.discriminatedUnion('kind', [FilterPart]);
export type SegmentPart = Stored<z.infer<typeof SegmentPart>>;
