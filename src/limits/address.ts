/**
 * The client address that a request is counted under: the peer's, or the one that trusted proxies
 * report.
 */
import { BlockList, isIP } from 'node:net';
import { RecentMap } from './recent-map.ts';

/** The maximum number of peers whose networks are remembered. */
const NETWORKS_MAX = 1_000;

/** Returns the client's address; `peer` is the other end of the socket. */
export type ClientAddress = (peer: string, forwardedFor: string | null) => string;

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 4 ? 'ipv4' : 'ipv6';
}

/** Converts an IPv4 address in IPv6 form, as a dual-stack socket shows it, back to IPv4. */
function plain(address: string): string {
  const [, mapped] = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address) ?? [];
  return mapped ?? address;
}

/**
 * Returns the network of an IPv6 address. Anyone who has one address controls the 2^64 around it,
 * so they count as one.
 */
function network(address: string): string {
  if (isIP(address) !== 6) return address;
  const [head = '', tail] = (address.split('%')[0] ?? '').toLowerCase().split('::');
  const groups = head === '' ? [] : head.split(':');
  if (tail !== undefined) {
    const rest = tail === '' ? [] : tail.split(':');
    // A dotted suffix stands for two groups.
    const length = rest.length + (rest.at(-1)?.includes('.') ? 1 : 0);
    while (groups.length + length < 8) groups.push('0');
    groups.push(...rest);
  }
  return `${groups
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, ''))
    .join(':')}::/64`;
}

/**
 * Creates the function that determines the client's address. `X-Forwarded-For` counts only if the
 * peer is one of `proxies` (addresses or ranges). It is read from the right, and the first address
 * that is not a proxy is the client's. Everything to the left of it may be made up by the client.
 */
export function clientAddress(proxies: readonly string[]): ClientAddress {
  const trusted = new BlockList();
  for (const proxy of proxies) {
    const [address = '', bits] = proxy.split('/');
    if (bits === undefined) trusted.addAddress(address, familyOf(address));
    else trusted.addSubnet(address, Number(bits), familyOf(address));
  }
  const isTrusted = (address: string): boolean => trusted.check(address, familyOf(address));
  const networks = new RecentMap<string>(NETWORKS_MAX);
  return (peer, forwardedFor) => {
    if (proxies.length === 0 || forwardedFor === null) {
      let known = networks.get(peer);
      if (known === undefined) networks.set(peer, (known = network(plain(peer))));
      return known;
    }
    let address = plain(peer);
    if (isIP(address) === 0) return network(address);
    const hops = forwardedFor.split(',');
    while (isTrusted(address)) {
      const hop = plain(hops.pop()?.trim() ?? '');
      if (isIP(hop) === 0) break;
      address = hop;
    }
    return network(address);
  };
}
