/** Long lists come in pages: each answer has a cursor for the next one, which says nothing to the client. */
import { z } from 'zod';
import { InvalidInput } from './problems.ts';

const mostItems = 200;

/** Parameters of every list. */
export const pageQuery = {
  limit: z.coerce.number().int().min(1).max(mostItems).default(50).meta({ description: 'How many at most.' }),
  cursor: z.string().max(500).optional().meta({ description: 'The `next_cursor` of the page before.' }),
};

/** The answer of every list. */
export function pageOf<S extends z.ZodType>(item: S) {
  return z.object({
    items: z.array(item),
    next_cursor: z.string().nullable().meta({ description: 'Null: this is the last page.' }),
  });
}

const Position = z.strictObject({ after: z.int().nonnegative() });

/** Where the page begins: the `after` of the page before; 0: at the beginning. @throws InvalidInput */
export function readCursor(cursor: string | undefined): number {
  if (cursor === undefined) return 0;
  try {
    return Position.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString())).after;
  } catch {
    throw new InvalidInput([{ parameter: 'cursor', detail: 'This is no cursor. Begin again without it.' }]);
  }
}

/** `items`: one more than the page has, where there is one. */
export function toPage<T, Item>(
  items: readonly T[],
  limit: number,
  { present, positionOf }: { present: (item: T) => Item; positionOf: (item: T) => number },
): { items: Item[]; next_cursor: string | null } {
  const shown = items.slice(0, limit);
  const last = shown.at(-1);
  const hasMore = items.length > limit && last !== undefined;
  return {
    items: shown.map(present),
    next_cursor: hasMore ? cursorAfter(positionOf(last)) : null,
  };
}

/** For a list in pages by number: `after` is how many have been seen. */
export function cursorAfter(after: number): string {
  return Buffer.from(JSON.stringify({ after })).toString('base64url');
}

/** A page of a list that is short enough to be read whole, the newest first. */
export function pageOfNewest<T extends { readonly id: number }, Item>(
  all: readonly T[],
  { limit, cursor }: { readonly limit: number; readonly cursor?: string | undefined },
  present: (item: T) => Item,
): { items: Item[]; next_cursor: string | null } {
  const before = readCursor(cursor) || Infinity;
  const older = all.filter(({ id }) => id < before).sort((a, b) => b.id - a.id);
  return toPage(older, limit, { present, positionOf: ({ id }) => id });
}
