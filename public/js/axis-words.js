/** Words of an axis: as many decimals as it takes that neighbouring ticks differ, and never '-0'. */
const units = {
  share: { times: 100, behind: ' %' },
  points: { times: 100, behind: '' },
  count: { times: 1, behind: '' },
};

/** `ticks`: the values on the axis, ascending. `unit`: 'share', 'points' or 'count'. */
export function axisWords(ticks, unit) {
  const { times, behind } = units[unit];
  const values = ticks.map((value) => value * times);
  for (let decimals = 0; ; decimals++) {
    const format = new Intl.NumberFormat('en-GB', {
      maximumFractionDigits: decimals,
      signDisplay: 'negative',
    });
    const words = values.map((value) => format.format(value).replace('-', '−'));
    if (decimals === 12 || new Set(words).size === new Set(values).size)
      return words.map((text) => `${text}${behind}`);
  }
}
