/** The address that a request is counted under: the peer's, or what trusted proxies say of it. */
import { BlockList, isIP } from 'node:net';

/** Reads the client's address; `peer` is the other end of the socket. */
export type ClientAddress = (peer: string, forwardedFor: string | null) => string;

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 4 ? 'ipv4' : 'ipv6';
}

/** An IPv4 address in the form of IPv6, as a socket that listens on both shows it, is the IPv4 address. */
function plain(address: string): string {
  const [, mapped] = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address) ?? [];
  return mapped ?? address;
}

/** Whoever has one IPv6 address has the 2^64 around it, so that they are counted as one. */
function network(address: string): string {
  if (isIP(address) !== 6) return address;
  const [head = '', tail] = (address.split('%')[0] ?? '').toLowerCase().split('::');
  const groups = head === '' ? [] : head.split(':');
  if (tail !== undefined) {
    const rest = tail === '' ? [] : tail.split(':');
    // A dotted end stands for two groups.
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
 * Makes the function that tells the client's address. `X-Forwarded-For` counts only when the peer is one of `proxies`
 * (addresses or ranges): from the right, the first address that is none of them. Everything left of it is the client's
 * own invention.
 */
export function clientAddress(proxies: readonly string[]): ClientAddress {
  const trusted = new BlockList();
  for (const proxy of proxies) {
    const [address = '', bits] = proxy.split('/');
    if (bits === undefined) trusted.addAddress(address, familyOf(address));
    else trusted.addSubnet(address, Number(bits), familyOf(address));
  }
  const isTrusted = (address: string): boolean => trusted.check(address, familyOf(address));
  return (peer, forwardedFor) => {
    let address = plain(peer);
    if (proxies.length === 0 || forwardedFor === null || isIP(address) === 0) return network(address);
    const hops = forwardedFor.split(',');
    while (isTrusted(address)) {
      const hop = plain(hops.pop()?.trim() ?? '');
      if (isIP(hop) === 0) break;
      address = hop;
    }
    return network(address);
  };
}
