/** The fields of a schedule, in every form that has one. */
import { z } from 'zod';
import { repetitions } from '../store/schedule-terms.ts';

export const scheduleFields = {
  repeats: z.enum(repetitions).default('never'),
  weekday: z.coerce.number().int().min(1).max(7).default(1),
  atTime: z
    .string()
    .regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'Enter a time of day, such as 06:30.')
    .default('06:00'),
};
