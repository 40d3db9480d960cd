/** When something runs by itself, in the time zone of the organisation. */
export const repetitions = ['never', 'daily', 'weekly', 'monthly'] as const;
export type Repetition = (typeof repetitions)[number];

export interface Schedule {
  readonly repeats: Repetition;
  /** 1 is Monday, 7 is Sunday; for weekly ones, and for monthly ones the first one of the month. */
  readonly weekday: number;
  /** `06:30` */
  readonly atTime: string;
}
