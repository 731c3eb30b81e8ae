/** Forms that settings of the environment have. */
import { isIP } from 'node:net';
import pg from 'pg';

/** The parts of a list. */
export const commaSeparated = (list: string): string[] =>
  list
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');

/** Without TLS, only what stays on this machine. */
export function isSafeUrl(text: string): boolean {
  const url = URL.parse(text);
  return url?.protocol === 'https:' || (url?.protocol === 'http:' && ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname));
}

/** An address as the resolver takes it: 192.0.2.1, 192.0.2.1:5353, 2001:db8::1 or [2001:db8::1]:5353. */
export function isDnsServer(text: string): boolean {
  const [, bracketed, plain] = /^(?:\[([^\]]+)\]|([^:]+))(?::\d{1,5})?$/.exec(text) ?? [];
  return isIP(bracketed ?? plain ?? text) !== 0;
}

/** Whether the driver understands an address; it throws, with the address, where it does not. */
export function isDatabaseUrl(text: string): boolean {
  try {
    return new pg.Client({ connectionString: text }).host !== '';
  } catch {
    return false;
  }
}
