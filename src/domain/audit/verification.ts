/** Whether the audit log is as it was written. */
import type { Db } from '../../db.ts';
import { contentHash, eventHash, visitEvents } from '../../store/audit-chain.ts';
import type { ChainedEvent } from '../../store/audit-chain.ts';

export interface AuditChain {
  readonly events: number;
  /** Events at the end that an earlier version wrote, and that the next one puts into the chain. */
  readonly unchained: number;
  /** Events whose words an erasure has changed, which is on record. */
  readonly erased: number;
  /** The hash of the last event: whoever notes it can tell later whether events were taken from the end. */
  readonly lastHash: string | null;
  /** The first event that is not as it was written, or before which one is missing; null: all are. */
  readonly brokenAt: number | null;
}

export async function verifyAuditChain(db: Db): Promise<AuditChain> {
  const chain: Writable<Omit<AuditChain, 'erased'>> = {
    events: 0,
    unchained: 0,
    lastHash: null,
    brokenAt: null,
  };
  const changed = new Set<number>();
  const onRecord = new Set<number>();
  await visitEvents(db, (event) => {
    chain.events++;
    if (event.hash === null && chain.brokenAt === null) {
      chain.unchained++;
      return;
    }
    if (chain.unchained > 0 || !follows(chain.lastHash, event)) chain.brokenAt ??= event.id;
    chain.lastHash = event.hash;
    if (!hasItsWords(event)) changed.add(event.id);
    else for (const id of erasedBy(event)) onRecord.add(id);
  });
  const unexplained = [...changed].find((id) => !onRecord.has(id));
  const first = Math.min(chain.brokenAt ?? Infinity, unexplained ?? Infinity);
  return { ...chain, erased: changed.size, brokenAt: first === Infinity ? null : first };
}

type Writable<T> = { -readonly [Key in keyof T]: T[Key] };

function follows(previous: string | null, event: ChainedEvent): boolean {
  return event.content_hash !== null && eventHash(previous, event, event.content_hash) === event.hash;
}

function hasItsWords(event: ChainedEvent): boolean {
  return event.salt !== null && contentHash(event.salt, event) === event.content_hash;
}

/** Events whose words an erasure says that it has changed. */
function erasedBy({ action, after }: ChainedEvent): readonly number[] {
  if (action !== 'customer.erased' || after === null) return [];
  const { events } = JSON.parse(after) as { readonly events?: readonly number[] };
  return events ?? [];
}
