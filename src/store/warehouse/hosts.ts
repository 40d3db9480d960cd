/** Which servers connections may name. The list decides about names and about the addresses that they lead to. */
import ipaddr from 'ipaddr.js';
import { AppError } from '../../errors.ts';
import { isListed, isPublic, resolveName } from '../addresses.ts';

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

function notListed(host: string): AppError {
  return refused(`${host} is not among the allowed database servers (WAREHOUSE_HOSTS).`);
}

function refused(message: string): AppError {
  return new AppError(422, 'host-not-allowed', message);
}
