/**
 * Forms that settings of the environment have. What a form accepts beyond a type and a range is
 * said in its `form`, for the reference page.
 */
import { isIP } from 'node:net';
import { z } from 'zod';
import { addressProblem } from '../database/address.ts';

/** What the reference page says of a setting beside its type, range and default. */
export interface SettingNotes {
  description: string;
  /** What is accepted, in words, where the type does not tell. */
  form?: string;
  /** What holds where it is not set, in words, where there is no plain default. */
  unset?: string;
  /** Whether it may hold a secret, so that it can come from a file as well. */
  secret?: boolean;
}

/** A whole number within bounds. */
export function wholeNumber(least: number, most: number) {
  const error = `must be a whole number from ${least} to ${most}`;
  return z.coerce.number(error).int(error).min(least, error).max(most, error);
}

/** One of some words. */
export function oneOf<const Words extends readonly [string, ...string[]]>(...words: Words) {
  return z.enum(
    words,
    `must be ${new Intl.ListFormat('en-GB', { type: 'disjunction' }).format(words)}`,
  );
}

/** Yes or no. */
export const flag = oneOf('true', 'false').transform((value) => value === 'true');

/** A setting that is `on` or `off`. */
export const onOff = oneOf('on', 'off').transform((value) => value === 'on');

/** The parts of a list. */
export const commaSeparated = (list: string): string[] =>
  list
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');

/** A list, separated by commas, whose parts are all as they should be; `form` says how. */
export function listOf(isGood: (item: string) => boolean, form: string) {
  return z
    .string()
    .default('')
    .transform(commaSeparated)
    .refine((list) => list.every(isGood), `must be ${form}, separated by commas`);
}

/** An address that is safe to send secrets to: without TLS, only what stays on this machine. */
export const safeUrl = z
  .string()
  .refine(isSafeUrl, 'must be an https:// address (http:// on this machine only)');
/** How `safeUrl` is described. */
export const SAFE_URL = '`https://` address; `http://` on this machine only';

function isSafeUrl(text: string): boolean {
  const url = URL.parse(text);
  return (
    url?.protocol === 'https:' ||
    (url?.protocol === 'http:' && ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname))
  );
}

/** An address as the resolver takes it: 192.0.2.1, 192.0.2.1:5353, 2001:db8::1 or [2001:db8::1]:5353. */
export function isDnsServer(text: string): boolean {
  const [, bracketed, plain] = /^(?:\[([^\]]+)\]|([^:]+))(?::\d{1,5})?$/.exec(text) ?? [];
  return isIP(bracketed ?? plain ?? text) !== 0;
}

/** An address, or a range such as 10.0.0.0/8. */
export function isAddressRange(text: string): boolean {
  const [address = '', bits] = text.split('/');
  const family = isIP(address);
  return (
    family !== 0 &&
    (bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128)))
  );
}

/** The address of a database. */
export const databaseUrl = z
  .string()
  .regex(/^postgres(ql)?:\/\/\S+$/, 'must be a postgres:// address')
  .superRefine((url, { addIssue }) => {
    const message = addressProblem(url);
    if (message !== undefined) addIssue({ code: 'custom', message });
  });
/** Addresses of databases, separated by commas; the hosts of one address are as well. */
export const databaseUrls = z
  .string()
  .default('')
  .transform((list) => list.split(/\s*,\s*(?=\w+:\/\/)/).filter((url) => url !== ''))
  .superRefine((urls, { addIssue }) => {
    for (const url of urls)
      for (const { message } of databaseUrl.safeParse(url).error?.issues.slice(0, 1) ?? [])
        addIssue({ code: 'custom', message });
  });

/** How `databaseUrl` is described. */
export const DATABASE_URL =
  '`postgres://` address, with [several hosts and TLS](../guide/operations.md#connections) if needed; characters such as `/ : @ %` in a password are written as `%2F %3A %40 %25`';

/** Signatures with a key pair: a shared secret would let everybody who can verify sessions make them. */
const SIGNATURES = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
];

/** Signature algorithms of sessions. */
export const jwtAlgorithms = z
  .string()
  .transform(commaSeparated)
  .refine(
    (list) => list.length > 0 && list.every((algorithm) => SIGNATURES.includes(algorithm)),
    `must be one or more of ${SIGNATURES.join(', ')}`,
  );
