import type { FieldError } from '../errors.ts';

/** Errors in the order in which the page shows their fields; fields that it does not name come last. */
export function inPageOrder(errors: readonly FieldError[], fields: readonly string[]): FieldError[] {
  const places = new Map(fields.map((field, place) => [field, place]));
  const placeOf = ({ field }: FieldError): number => places.get(field) ?? fields.length;
  return [...errors].sort((a, b) => placeOf(a) - placeOf(b));
}
