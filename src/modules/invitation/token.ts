/**
 * Tokens of invitations: `inv_` and, in base64url, 32 random bytes with their CRC-32. A token
 * exists only in one mail; the database stores its SHA-256.
 */
import { randomBytes } from 'node:crypto';
import { checksum } from '../../authentication/secret.ts';

const PREFIX = 'inv_';
const RANDOM_BYTES = 32;

/** Creates a new token. */
export function createInvitationToken(random: Buffer = randomBytes(RANDOM_BYTES)): string {
  return `${PREFIX}${Buffer.concat([random, checksum(PREFIX, random)]).toString('base64url')}`;
}

/**
 * Whether `createInvitationToken` can have made the text. A mistyped token is refused without a
 * query.
 */
export function isInvitationToken(text: string): boolean {
  const [, secret] = /^inv_([A-Za-z0-9_-]{48})$/.exec(text) ?? [];
  if (secret === undefined) return false;
  const bytes = Buffer.from(secret, 'base64url');
  return checksum(PREFIX, bytes.subarray(0, RANDOM_BYTES)).equals(bytes.subarray(RANDOM_BYTES));
}
