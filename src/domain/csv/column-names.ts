/** `Monthly Charges`, `monthly_charges` and `MonthlyCharges` are the same column to a person. */

/** The form in which names are compared: without case, spaces, underscores, hyphens and dots. */
export const foldName = remembered((name) => name.toLowerCase().replace(/[\s_.-]+/g, ''));

/** A column's name as a label: 'MonthlyCharges' → 'Monthly charges'. */
export const labelOf = remembered((name) => {
  const words = name
    .replace(/([a-z\d])([A-Z])/g, '$1 $2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1 $2')
    .replace(/[_.-]+/g, ' ')
    .trim()
    .split(/\s+/)
    .map((word, i) => (i > 0 && /^[A-Z][a-z]+$/.test(word) ? word.toLowerCase() : word));
  const text = words.join(' ');
  return text.charAt(0).toUpperCase() + text.slice(1);
});

/** Bulk scoring looks up the same few names for every row. */
function remembered(compute: (name: string) => string): (name: string) => string {
  const known = new Map<string, string>();
  return (name) => {
    let answer = known.get(name);
    if (answer === undefined) {
      answer = compute(name);
      if (known.size < 10_000) known.set(name, answer);
    }
    return answer;
  };
}
