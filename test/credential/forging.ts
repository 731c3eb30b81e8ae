/** Credentials that nobody gave out, made from those that somebody did. */
import { randomBytes } from 'node:crypto';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const pick = (length: number): number => randomBytes(4).readUInt32BE() % length;

/** One change to a token, of the kinds that were accepted somewhere once. */
export function altered(token: string): string {
  const at = pick(token.length);
  const letter = ALPHABET[pick(ALPHABET.length)] ?? 'A';
  const changes = [
    () => token.slice(0, at) + letter + token.slice(at + 1),
    () => token.slice(0, at),
    () => token + letter,
    () => token.slice(0, at) + token.slice(at + 1),
    () => token.slice(0, at) + letter + token.slice(at),
    () => token.toUpperCase(),
    () => token.toLowerCase(),
    () => token.replace(/^ak_/, 'pat_').replace(/^inv_/, 'ak_'),
    () => token.replace(/^pat_/, 'ak_').replace(/^inv_/, 'pat_'),
    () =>
      `${token.slice(0, -4)}${[0, 1, 2, 3].map(() => ALPHABET[pick(ALPHABET.length)]).join('')}`,
    () => `${token}=`,
    () => token.replace('.', '%2e'),
    () => token.split('').toReversed().join(''),
  ];
  return changes[pick(changes.length)]?.() ?? token;
}

const encoded = (value: unknown): string =>
  Buffer.from(JSON.stringify(value)).toString('base64url');

/** One change to a session: of its text, or of its header or claims under the old signature, or none at all. */
export function alteredSession(session: string): string {
  const [head = '', claims = '', signature = ''] = session.split('.');
  const header = JSON.parse(Buffer.from(head, 'base64url').toString()) as object;
  const body = JSON.parse(Buffer.from(claims, 'base64url').toString()) as object;
  const changes = [
    () => altered(session),
    () => altered(session),
    () => `${encoded({ ...header, alg: 'none' })}.${claims}.`,
    () =>
      `${encoded({ ...header, alg: 'HS256' })}.${claims}.${randomBytes(32).toString('base64url')}`,
    () => `${encoded({ ...header, kid: `${pick(9)}` })}.${claims}.${signature}`,
    () => `${head}.${encoded({ ...body, sub: `other-${pick(9)}` })}.${signature}`,
    () =>
      `${head}.${encoded({ ...body, email: 'admin@acme.example', email_verified: true })}.${signature}`,
    () => `${head}.${encoded({ ...body, exp: 9_999_999_999 })}.${signature}`,
    () =>
      `${head}.${claims}.${randomBytes(Buffer.from(signature, 'base64url').length).toString('base64url')}`,
    () => `${head}.${claims}.`,
    () => `${head}.${claims}`,
  ];
  return changes[pick(changes.length)]?.() ?? session;
}

/** Does `work` `count` times, a few at once. */
export async function inTurns(count: number, work: (n: number) => Promise<void>): Promise<void> {
  const AT_ONCE = 32;
  let next = 0;
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      for (let n = next++; n < count; n = next++) await work(n);
    }),
  );
}

/**
 * Welch's t between two lists of times, without the slowest tenth of each, which are the machine's. Beyond 4.5 the two
 * are told apart (the bound of ISO/IEC 17825 for side channels).
 */
export function welch(a: readonly number[], b: readonly number[]): number {
  const part = (times: readonly number[]): { mean: number; error: number } => {
    const kept = times.toSorted((x, y) => x - y).slice(0, Math.ceil(times.length * 0.9));
    const mean = kept.reduce((sum, time) => sum + time, 0) / kept.length;
    const variance = kept.reduce((sum, time) => sum + (time - mean) ** 2, 0) / (kept.length - 1);
    return { mean, error: variance / kept.length };
  };
  const [x, y] = [part(a), part(b)];
  return (x.mean - y.mean) / Math.sqrt(x.error + y.error);
}
