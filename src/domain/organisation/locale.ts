/** The currencies and time zones that this runtime can format. */
export const currencies: readonly string[] = Intl.supportedValuesOf('currency');
export const timeZones: readonly string[] = [
  'UTC',
  ...Intl.supportedValuesOf('timeZone').filter((zone) => zone !== 'UTC'),
];
