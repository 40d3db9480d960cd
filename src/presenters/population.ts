/** Which scores a page counts, where it does not count all. */
import type { ModelRecord } from '../store/models.ts';

interface PopulationNotice {
  readonly text: string;
  /** What to do next, where that is on another page. */
  readonly link: { readonly href: string; readonly text: string } | null;
}

interface ShownPopulation {
  /** The model whose customers are shown. */
  readonly model?: ModelRecord | undefined;
  readonly active?: ModelRecord | undefined;
  /** Models whose scores are left out. */
  readonly leftOut: readonly string[];
  /** The page can be narrowed to one file by its own filter. */
  readonly hasFilter: boolean;
}

export function presentPopulation({
  model,
  active,
  leftOut,
  hasFilter,
}: ShownPopulation): readonly PopulationNotice[] {
  const notices: PopulationNotice[] = [];
  if (active && model && active.id !== model.id)
    notices.push({
      text: `These customers were scored by ${model.label}. The active model, ${active.label}, uses other columns and has not scored any customers of your own.`,
      link: null,
    });
  if (leftOut.length > 0) {
    const models = leftOut.length === 1 ? 'this model uses' : 'these models use';
    const text = `Customers scored by ${leftOut.join(', ')} are not counted here, because ${models} other columns.`;
    notices.push(
      hasFilter
        ? { text: `${text} To see them, choose their file under ‘Scores from’.`, link: null }
        : { text, link: { href: '/analytics', text: 'See them by file in Analytics' } },
    );
  }
  return notices;
}
