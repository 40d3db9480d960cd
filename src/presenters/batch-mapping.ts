/** Matching the columns of a file with those of a model, for its page. */
import type { ColumnMapping } from '../domain/batches/mapping.ts';
import type { OutcomeColumn } from '../domain/batches/outcome-column.ts';
import { usualWords } from '../domain/campaigns/outcome-rows.ts';
import type { Feature } from '../ml/data/schema.ts';
import type { BatchRecord } from '../store/batches.ts';
import type { ModelRecord } from '../store/models.ts';
import { namesText } from './batch-check.ts';
import { presentReading } from './batch-reading.ts';
import type { ViewHelpers } from './view-helpers.ts';

export interface MappingInput {
  readonly batch: BatchRecord;
  readonly model: ModelRecord;
  readonly models: readonly ModelRecord[];
  /** Another model that fits the file completely. */
  readonly offered: ModelRecord | null;
  readonly guess: ColumnMapping;
  /** What the form held, when it is shown again. */
  readonly chosen: ColumnMapping | null;
  /** As in an earlier file; null: none had one. */
  readonly rememberedOutcome: OutcomeColumn | null;
  /** The first values of each column. */
  readonly samples: readonly (readonly string[])[];
  readonly canBeReread: boolean;
}

export function presentMapping(h: ViewHelpers, input: MappingInput) {
  const { batch, model, offered, guess } = input;
  const missing = model.schema.features.flatMap(({ name }, j) => (guess.features[j] === null ? [name] : []));
  return {
    href: `/batches/${batch.id}`,
    name: batch.originalName,
    size: `${h.plural(batch.rowCount, 'row')} and ${h.plural(batch.header.length, 'column')}`,
    reading: presentReading(batch, input.canBeReread),
    offered: offered && { label: offered.label, href: `?model=${offered.id}` },
    missing: missing.length > 0 ? namesText(missing) : null,
    model: model.id,
    models: input.models.map(({ id, label, state }) => ({
      value: id,
      label: state === 'active' ? `${label} (active)` : label,
    })),
    columns: columnOptions(h, batch.header),
    rows: presentRows(h, input),
    outcome: presentOutcomeColumn(h, input),
  };
}

function columnOptions(h: ViewHelpers, header: readonly string[]) {
  return [
    { value: '', label: 'Not in the file' },
    ...header.map((name, place) => ({
      value: String(place),
      label: name === '' ? `Column ${h.count(place + 1)}, without a name` : name,
    })),
  ];
}

/** Nothing is chosen unless a person did, here or for an earlier file. */
function presentOutcomeColumn(h: ViewHelpers, { batch, chosen, rememberedOutcome, samples }: MappingInput) {
  const current = chosen === null ? rememberedOutcome : (chosen.outcome ?? null);
  const { left, stayed } = current ?? usualWords;
  const options = columnOptions(h, batch.header).slice(1);
  const field = (name: string, label: string, place: number | null, none: string) => ({
    name,
    label,
    value: place ?? '',
    options: [{ value: '', label: none }, ...options],
  });
  return {
    isOpen: current !== null,
    remembered:
      chosen === null && current !== null
        ? `The column ${batch.header[current.place] ?? ''} said outcomes in an earlier file. Confirm below that it does here as well: until then the file is not scored.`
        : null,
    column: field('outcome', 'Column of the outcome', current?.place ?? null, 'None'),
    day: field('outcomeDay', 'Column of the date', current?.day ?? null, 'None: the day of the upload'),
    left: left.join(', '),
    stayed: stayed.join(', '),
    samples: firstValues(current === null ? [] : (samples[current.place] ?? [])),
  };
}

function firstValues(samples: readonly string[]): string | null {
  const values = samples.filter(Boolean);
  return values.length === 0 ? null : `First values: ${values.join(' · ')}`;
}

interface Wanted {
  readonly name: string;
  readonly label: string;
  readonly kind: string;
  /** The name by which a column is found. */
  readonly column: string | null;
  readonly guess: number | null;
  readonly place: number | null;
}

function presentRows(h: ViewHelpers, { batch, samples, ...input }: MappingInput) {
  return wantedColumns(h, input).map(({ name, label, kind, column, guess, place }) => {
    const values = place === null ? [] : (samples[place] ?? []).filter(Boolean);
    const isByName = place !== null && (column === null || h.isSameName(batch.header[place], column));
    const origin = isByName ? 'Matched by name' : 'Remembered from an earlier file';
    return {
      name,
      label,
      kind,
      value: place === null ? '' : String(place),
      origin: place !== null && place === guess ? origin : null,
      samples: h.or(values.join(' · ')),
    };
  });
}

function wantedColumns(
  h: ViewHelpers,
  { model: { schema }, guess, chosen }: Pick<MappingInput, 'model' | 'guess' | 'chosen'>,
): Wanted[] {
  const current = chosen ?? guess;
  const features = schema.features.map((feature, j) => ({
    name: `f${j}`,
    label: feature.title ?? h.label(feature.name),
    kind: kindOf(feature),
    column: feature.name,
    guess: guess.features[j] ?? null,
    place: current.features[j] ?? null,
  }));
  const identifier = {
    name: 'identifier',
    label: 'Customer ID',
    kind: 'optional; links the scores of one customer',
    column: null,
    guess: guess.identifier,
    place: current.identifier,
  };
  const value = {
    name: 'value',
    label: 'Monthly revenue',
    kind: 'a number; optional',
    column: schema.value,
    guess: guess.value,
    place: current.value,
  };
  const isInput = schema.features.some(({ name }) => name === schema.value);
  return [...features, identifier, ...(isInput ? [] : [value])];
}

function kindOf({ range, levels }: Feature): string {
  if (range !== null) return 'a number';
  return `one of: ${levels.slice(0, 4).join(', ')}${levels.length > 4 ? ' …' : ''}`;
}
