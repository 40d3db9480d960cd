/** Apart from the actions themselves, so that threads which apply rules load nothing that reads them from the database. */
export const actionResults = ['accepted', 'declined', 'not-reached'] as const;
export type ActionResult = (typeof actionResults)[number];
