import { afterEach, describe, expect, it, vi } from 'vitest';
import { createPasswordLimits } from '../../src/http/rate-limit.ts';
import { createTestApp } from '../helpers/app.ts';

afterEach(() => {
  vi.useRealTimers();
});

describe('the limits of password tries', () => {
  it('set no timers, whose errors nobody would catch', async () => {
    const test = await createTestApp();
    vi.useFakeTimers({ toFake: ['setTimeout', 'setInterval'] });
    createPasswordLimits(test.context);
    expect(vi.getTimerCount()).toBe(0);
    vi.useRealTimers();
    await test.close();
  });
});
