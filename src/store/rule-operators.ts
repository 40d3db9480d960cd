/** Apart from the rules themselves, so that threads which apply rules load nothing that reads them from the database. */
export const operators = ['is', 'is-not', 'below', 'above', 'missing'] as const;
export type Operator = (typeof operators)[number];
