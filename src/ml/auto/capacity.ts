/** How fine the structure is that a setting of a family can learn; race.ts tries high capacity where medium pays. */
export const LOW = 0;
export const MEDIUM = 1;
export const HIGH = 2;
export type Capacity = typeof LOW | typeof MEDIUM | typeof HIGH;
