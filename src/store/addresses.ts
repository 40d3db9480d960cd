/** Addresses of other servers: what a name leads to, which addresses are public, and which a list names. */
import { lookup } from 'node:dns/promises';
import ipaddr from 'ipaddr.js';

type Address = ipaddr.IPv4 | ipaddr.IPv6;

/** None where the name cannot be looked up. */
export async function resolveName(host: string): Promise<string[]> {
  const found = await lookup(host, { all: true }).catch(() => []);
  return found.map(({ address }) => address);
}

/** `listed`: addresses and networks such as 10.0.0.0/8; other entries are left alone. IPv4 within IPv6 counts as IPv4. */
export function isListed(text: string, listed: readonly string[]): boolean {
  const address = ipaddr.process(text);
  return listed.some((entry) => {
    if (ipaddr.isValid(entry)) return ipaddr.process(entry).toString() === address.toString();
    return ipaddr.isValidCIDR(entry) && isWithin(address, ipaddr.parseCIDR(entry));
  });
}

export function isPublic(text: string): boolean {
  return ipaddr.process(text).range() === 'unicast';
}

function isWithin(address: Address, network: [Address, number]): boolean {
  return address.kind() === network[0].kind() && address.match(network);
}
