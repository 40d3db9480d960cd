/** Names of tables as people type them, `analytics.churn_scores`, read as SQL reads them. */

const plainName = /^[a-z_][a-z0-9_$]*$/i;
const part = /^(?:"((?:[^"]|"")+)"|([^."\s]+))(?:\.|$)/;
/** Bytes; the server would cut longer ones off. */
const longestName = 63;

/** Quoted, for a statement; null: the text is no name of a schema and a table. */
export function quotedTable(text: string): string | null {
  const names: string[] = [];
  let rest = text.trim();
  while (rest !== '' && names.length <= 2) {
    const [all = '', quoted, plain = ''] = part.exec(rest) ?? [];
    if (all === '' || (quoted === undefined && !plainName.test(plain))) return null;
    // A dot promises another name.
    if (all.endsWith('.') && all.length === rest.length && !all.endsWith('"')) return null;
    names.push(quoted?.replaceAll('""', '"') ?? plain.toLowerCase());
    rest = rest.slice(all.length);
  }
  const isUsable = names.length === 2 && names.every((name) => Buffer.byteLength(name) <= longestName);
  return isUsable ? names.map((name) => `"${name.replaceAll('"', '""')}"`).join('.') : null;
}
