/** Which servers connections may name. The list decides about names and about the addresses that they lead to. */
import { lookup } from 'node:dns/promises';
import ipaddr from 'ipaddr.js';
import { AppError } from '../../errors.ts';

type Address = ipaddr.IPv4 | ipaddr.IPv6;

/**
 * The address to connect to: the caller uses it instead of the name, which could lead elsewhere a moment later.
 * @throws AppError 422 if the list does not allow it
 */
export async function allowedAddress(
  host: string,
  allowed: readonly string[],
  addressesOf = resolveName,
): Promise<string> {
  if (allowed.length === 0)
    throw refused('No database server is allowed. An administrator of the server sets WAREHOUSE_HOSTS.');
  if (ipaddr.isValid(host)) {
    if (!isListed(host, allowed)) throw notListed(host);
    return host;
  }
  if (!allowed.some((entry) => entry.toLowerCase() === host.toLowerCase())) throw notListed(host);
  const addresses = await addressesOf(host);
  const usable = addresses.find((address) => isPublic(address) || isListed(address, allowed));
  if (usable === undefined)
    throw refused(
      addresses.length === 0
        ? `There is no host ${host}, or its name cannot be looked up now.`
        : `${host} leads to the private address ${addresses[0]!}, which WAREHOUSE_HOSTS does not list.`,
    );
  return usable;
}

async function resolveName(host: string): Promise<string[]> {
  const found = await lookup(host, { all: true }).catch(() => []);
  return found.map(({ address }) => address);
}

/** IPv4 within IPv6 counts as IPv4. */
function isListed(text: string, allowed: readonly string[]): boolean {
  const address = ipaddr.process(text);
  return allowed.some((entry) => {
    if (ipaddr.isValid(entry)) return ipaddr.process(entry).toString() === address.toString();
    return ipaddr.isValidCIDR(entry) && isWithin(address, ipaddr.parseCIDR(entry));
  });
}

function isWithin(address: Address, network: [Address, number]): boolean {
  return address.kind() === network[0].kind() && address.match(network);
}

function isPublic(text: string): boolean {
  return ipaddr.process(text).range() === 'unicast';
}

function notListed(host: string): AppError {
  return refused(`${host} is not among the allowed database servers (WAREHOUSE_HOSTS).`);
}

function refused(message: string): AppError {
  return new AppError(422, 'host-not-allowed', message);
}
