/**
 * Tokens of API keys and people: `ak_<id>.<secret>` and `pat_<id>.<secret>`. The id is the
 * credential's 32 hex digits. The secret is 32 random bytes and a CRC-32 over the whole token, in
 * base64url: 48 characters without padding or unused bits, so each token has exactly one spelling.
 * Only the SHA-256 of the whole token is stored.
 */
import { hash, randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';

/** The kind of credential. */
export type TokenKind = 'ak' | 'pat';

export interface ParsedToken {
  kind: TokenKind;
  /** UUID of the credential. */
  id: string;
  /** The whole token, as sent. */
  token: string;
}

const SECRET_BYTES = 32;
const form =
  /^(ak|pat)_([0-9a-f]{8})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{12})\.([A-Za-z0-9_-]{48})$/;

/** The CRC-32 over the head of a token and its random bytes. It catches typing errors. */
export function checksum(head: string, random: Buffer): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(crc32(random, crc32(head)));
  return bytes;
}

/** Creates a new token for the credential `id` (a UUID). */
export function createToken(
  kind: TokenKind,
  id: string,
  random: Buffer = randomBytes(SECRET_BYTES),
): string {
  const head = `${kind}_${id.replaceAll('-', '')}`;
  return `${head}.${Buffer.concat([random, checksum(head, random)]).toString('base64url')}`;
}

/**
 * Parses a token. Returns undefined for anything that `createToken` cannot have made, so that a
 * mistyped token is refused without a query.
 */
export function parseToken(token: string): ParsedToken | undefined {
  const match = form.exec(token);
  if (!match) return undefined;
  const [, kind = '', ...rest] = match;
  const secret = Buffer.from(rest.pop() ?? '', 'base64url');
  const head = token.slice(0, token.indexOf('.'));
  if (!checksum(head, secret.subarray(0, SECRET_BYTES)).equals(secret.subarray(SECRET_BYTES)))
    return undefined;
  return { kind: kind as TokenKind, id: rest.join('-'), token };
}

/**
 * The hash that is stored for a token. Statements look it up and nothing compares it in code, so
 * timing reveals nothing about a token.
 */
export function tokenHash(token: string): Buffer {
  return hash('sha256', token, 'buffer');
}

/** Returns what stands for an `Authorization` header in memory, where the header itself is not kept. */
export function fingerprintOf(authorization: string): string {
  return hash('sha256', authorization, 'base64url');
}

/** Enough of a token to recognize it in a list, without helping anyone to guess it. */
export function tokenPreview(token: string): string {
  return `${token.slice(0, token.indexOf('_') + 9)}…${token.slice(-4)}`;
}
