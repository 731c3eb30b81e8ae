/** Stored answers that contain a secret. Only the credential that requested it can see it again. */
import { idempotencyKeyOf, type IdempotencyKey } from '../../command/idempotency.ts';
import type { CommandRequest } from '../../command/run.ts';
import { refuse } from '../../command/user-error.ts';
import { encodeId } from '../../values/ids.ts';
import { SecretShownBeforeError } from './errors.ts';

/** A credential that was created. */
export interface Issued {
  /** UUID of the credential. */
  id: string;
  /** The whole token. */
  secret: string;
}

/**
 * Returns the idempotency key of a request for a credential. The stored answer contains the secret
 * encrypted.
 */
export function issuingKeyOf(
  { sealing }: CommandRequest,
  type: 'ApiKey' | 'PersonalAccessToken',
  input: { idempotencyKey?: string | null | undefined },
): IdempotencyKey | null {
  const key = idempotencyKeyOf(input);
  return (
    key && {
      ...key,
      storage: {
        store: (answer) => {
          const { id, secret } = answer as Issued;
          return { id, sealed: sealing.seal(secret, id) };
        },
        restore: (stored) => {
          const { id, sealed } = stored as { id: string; sealed: string };
          const secret =
            sealing.open(sealed, id) ??
            refuse(SecretShownBeforeError, { credentialId: encodeId(type, id) });
          return { id, secret } satisfies Issued;
        },
      },
    }
  );
}
