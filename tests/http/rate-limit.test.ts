import { afterEach, describe, expect, it, vi } from 'vitest';
import { createPasswordLimits, networkOf } from '../../src/http/rate-limit.ts';
import { createTestApp } from '../helpers/app.ts';

afterEach(() => {
  vi.useRealTimers();
});

describe('the network of an address', () => {
  it.each([
    ['192.0.2.7', '192.0.2.7'],
    ['::ffff:192.0.2.7', '192.0.2.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:DB8:1:2::9', '2001:db8:1:2::/64'],
    ['2001:db8::1', '2001:db8::/64'],
    ['::1', '::/64'],
    ['fe80::1%eth0', 'fe80::/64'],
    ['unknown', 'unknown'],
  ])('of %s is %s', (address, network) => {
    expect(networkOf(address)).toBe(network);
  });
});

describe('the limits of password tries', () => {
  it('set no timers, whose errors would be uncaught', async () => {
    const test = await createTestApp();
    vi.useFakeTimers({ toFake: ['setTimeout', 'setInterval'] });
    createPasswordLimits(test.context);
    expect(vi.getTimerCount()).toBe(0);
    vi.useRealTimers();
    await test.close();
  });
});
