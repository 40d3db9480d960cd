/** A message for the next page. */
import type { Request } from 'express';
import type { FlashMessage } from './session.ts';

export function flash(req: Request, kind: FlashMessage['kind'], text: string): void {
  req.session.flash = [...(req.session.flash ?? []), { kind, text }];
}

export function takeFlash(req: Request): readonly FlashMessage[] {
  const { flash: messages } = req.session;
  if (!messages) return [];
  delete req.session.flash;
  return messages;
}
