import { expect, it } from 'vitest';
import { lastVisit } from '../../../src/domain/changes/visits.ts';

const at = (time: string): string => `2026-11-20T${time}:00.000Z`;
const now = Date.parse(at('12:00'));

it('a first visit has none before it', () => {
  expect(lastVisit({ homeSeenAt: null, homeSeenBefore: null }, now)).toBeNull();
  expect(lastVisit({ homeSeenAt: at('11:50'), homeSeenBefore: null }, now)).toBeNull();
});

it('a visit goes on until four hours without the first page', () => {
  expect(lastVisit({ homeSeenAt: at('08:00'), homeSeenBefore: at('01:00') }, now)).toBe(at('01:00'));
  expect(lastVisit({ homeSeenAt: at('07:59'), homeSeenBefore: at('01:00') }, now)).toBe(at('07:59'));
});
