/** Sessions in words: the device, the address and the times. */
import type { UserSession } from '../http/user-sessions.ts';
import type { ViewHelpers } from './view-helpers.ts';

/** `current`: the one that looks; null where somebody else's are looked at. */
export function presentSessions(h: ViewHelpers, sessions: readonly UserSession[], current: string | null) {
  return sessions.map((session) => ({
    id: session.id,
    device: deviceText(session.userAgent),
    address: session.address,
    signedInAt: h.dateTime(new Date(session.signedInAt).toISOString()),
    seenAt: h.dateTime(new Date(session.seenAt).toISOString()),
    isCurrent: session.id === current,
  }));
}

/** The first that is found counts: later ones pretend to be it, or it pretends to be them. */
const browsers: readonly (readonly [RegExp, string])[] = [
  [/\bEdgA?\//, 'Edge'],
  [/\bOPR\//, 'Opera'],
  [/\bSamsungBrowser\//, 'Samsung Internet'],
  [/\b(Firefox|FxiOS)\//, 'Firefox'],
  [/\b(Chrome|CriOS|HeadlessChrome)\//, 'Chrome'],
  [/\bSafari\//, 'Safari'],
];
const systems: readonly (readonly [RegExp, string])[] = [
  [/\biPhone\b/, 'iPhone'],
  [/\biPad\b/, 'iPad'],
  [/\bAndroid\b/, 'Android'],
  [/\bWindows\b/, 'Windows'],
  [/\bCrOS\b/, 'ChromeOS'],
  [/\bMac OS X\b/, 'macOS'],
  [/\bLinux\b/, 'Linux'],
];

/** 'Firefox on Windows'. */
export function deviceText(userAgent: string): string {
  const [browser, system] = [browsers, systems].map(
    (names) => names.find(([pattern]) => pattern.test(userAgent))?.[1] ?? null,
  );
  if (browser && system) return `${browser} on ${system}`;
  return browser ?? system ?? 'Unknown device';
}
