/**
 * Encrypts secrets in stored answers. Only a repeated request with the same credential can read
 * them (docs/decisions/0025-repeats.md).
 */
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';

/** Encrypts with the credential that the caller sent, of which the database stores only a hash. */
export interface Sealing {
  /** Encrypts a secret. Decryption requires the same `about`. */
  seal(secret: string, about: string): string;
  /**
   * Decrypts a secret. Returns null if it was sealed with another credential or another `about`.
   */
  open(sealed: string, about: string): string | null;
}

const CIPHER = 'aes-256-gcm';
const SALT_BYTES = 16;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** Creates the encryption of a request from its `Authorization` header. */
export function sealingWith(authorization: string | null): Sealing {
  const bearer = authorization?.replace(/^Bearer /i, '') ?? '';
  const keyOf = (salt: Buffer): Buffer => {
    if (bearer === '') throw new RangeError('nothing is sealed without a credential');
    return Buffer.from(hkdfSync('sha256', bearer, salt, 'banyan remembered answer', 32));
  };
  return {
    seal(secret, about) {
      const salt = randomBytes(SALT_BYTES);
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv(CIPHER, keyOf(salt), nonce).setAAD(Buffer.from(about));
      const text = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final()]);
      return Buffer.concat([salt, nonce, cipher.getAuthTag(), text]).toString('base64url');
    },
    open(sealed, about) {
      const bytes = Buffer.from(sealed, 'base64url');
      const nonceAt = SALT_BYTES;
      const tagAt = nonceAt + NONCE_BYTES;
      const textAt = tagAt + TAG_BYTES;
      const key = keyOf(bytes.subarray(0, nonceAt));
      const decipher = createDecipheriv(CIPHER, key, bytes.subarray(nonceAt, tagAt), {
        authTagLength: TAG_BYTES,
      });
      decipher.setAAD(Buffer.from(about)).setAuthTag(bytes.subarray(tagAt, textAt));
      try {
        return Buffer.concat([decipher.update(bytes.subarray(textAt)), decipher.final()]).toString(
          'utf8',
        );
      } catch {
        return null;
      }
    },
  };
}
