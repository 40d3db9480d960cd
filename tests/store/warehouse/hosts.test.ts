import { describe, expect, it } from 'vitest';
import { allowedAddress } from '../../../src/store/warehouse/hosts.ts';

/** Names that lead to these addresses. */
const names: Readonly<Record<string, readonly string[]>> = {
  'db.example.com': ['93.184.216.34'],
  'inner.example.com': ['10.1.2.3'],
  'both.example.com': ['10.1.2.3', '93.184.216.34'],
  localhost: ['127.0.0.1', '::1'],
  'metadata.example.com': ['169.254.169.254'],
  'mapped.example.com': ['::ffff:10.1.2.3'],
};
const addressFor = (host: string, allowed: readonly string[]): Promise<string> =>
  allowedAddress(host, allowed, (name) => Promise.resolve([...(names[name.toLowerCase()] ?? [])]));

describe('a host of a connection', () => {
  it.each([
    ['a listed name with a public address', 'db.example.com', ['db.example.com'], '93.184.216.34'],
    ['whatever its case', 'DB.example.com', ['db.EXAMPLE.com'], '93.184.216.34'],
    [
      'a listed name in a listed network',
      'inner.example.com',
      ['inner.example.com', '10.0.0.0/8'],
      '10.1.2.3',
    ],
    ['by the address of several that is allowed', 'both.example.com', ['both.example.com'], '93.184.216.34'],
    ['an address', '127.0.0.1', ['127.0.0.1'], '127.0.0.1'],
    ['an address of a network', '10.9.9.9', ['10.0.0.0/8'], '10.9.9.9'],
    ['IPv4 within IPv6', '::ffff:10.9.9.9', ['10.0.0.0/8'], '::ffff:10.9.9.9'],
  ])('is connected to: %s', async (_what, host, allowed, address) => {
    await expect(addressFor(host, allowed)).resolves.toBe(address);
  });

  it.each([
    ['nothing is listed', 'db.example.com', [], 'sets WAREHOUSE_HOSTS'],
    ['another name is', 'db.example.com', ['example.com'], 'not among the allowed'],
    ['only its address is', 'db.example.com', ['93.184.216.34'], 'not among the allowed'],
    ['it is another address', '10.9.9.9', ['10.9.9.8', '192.168.0.0/16'], 'not among the allowed'],
    [
      'the name leads to a private address',
      'inner.example.com',
      ['inner.example.com'],
      'private address 10.1.2.3',
    ],
    ['the name leads to this machine', 'localhost', ['localhost'], 'private address 127.0.0.1'],
    [
      'the name leads to a link',
      'metadata.example.com',
      ['metadata.example.com'],
      'private address 169.254.169.254',
    ],
    ['a private address is within IPv6', 'mapped.example.com', ['mapped.example.com'], 'private address'],
    ['there is no such name', 'gone.example.com', ['gone.example.com'], 'There is no host gone.example.com'],
  ])('is refused where %s', async (_what, host, allowed, words) => {
    await expect(addressFor(host, allowed)).rejects.toThrow(words);
  });
});
