/** docs/glossary.md as the glossary page shows it: for people who use Holdfast, without the notes for those who write it. */
export interface GlossarySection {
  readonly title: string;
  readonly terms: readonly GlossaryTerm[];
}

export interface GlossaryTerm {
  /** The part of the address after `#`. */
  readonly id: string;
  readonly name: string;
  readonly meaning: string;
}

/** @throws Error naming the term that has no meaning */
export function readGlossary(markdown: string): GlossarySection[] {
  return partsOf(markdown, '## ').map(([title, body]) => ({
    title,
    terms: partsOf(body, '### ').map(([name, text]) => ({
      id: termId(name),
      name,
      meaning: meaningOf(name, text),
    })),
  }));
}

/** 'Churn label' → 'churn-label' */
export function termId(name: string): string {
  return name.toLowerCase().replace(/[^a-z]+/g, '-');
}

/** `[heading, text below it]`; what stands before the first heading is left out. */
function partsOf(markdown: string, mark: string): [string, string][] {
  return `\n${markdown}`
    .split(`\n${mark}`)
    .slice(1)
    .map((part) => [part.split('\n', 1)[0] ?? '', part.slice(part.indexOf('\n'))]);
}

function meaningOf(name: string, text: string): string {
  const meaning = text
    .replace(/\bDo not use:[^]*/, '')
    .replace(/\s*In code(?:, addresses and tables)?:\s*`[^`]*`\./g, '')
    .replace(/[_`]/g, '')
    .replace(/\s+/g, ' ')
    .trim();
  if (meaning === '') throw new Error(`docs/glossary.md does not say what '${name}' means.`);
  return meaning;
}
