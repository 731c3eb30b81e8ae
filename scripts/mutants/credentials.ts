/** What is checked of a credential before anybody is believed. */
import type { MutantGroup } from './mutant.ts';

const AUTHENTICATION = 'test/credential/authentication.test.ts';

export const credentials: readonly MutantGroup[] = [
  {
    file: 'src/authentication/secret.ts',
    tests: AUTHENTICATION,
    mutants: [
      {
        what: 'a mistyped token reaches the database',
        from: 'if (!checksum(head, secret.subarray(0, SECRET_BYTES)).equals(secret.subarray(SECRET_BYTES))) return undefined;',
        to: '',
        only: 'never reaches the database',
      },
    ],
  },
  {
    file: 'src/authentication/callers.ts',
    tests: AUTHENTICATION,
    mutants: [
      {
        what: 'a revoked key works',
        from: 'k.secret_hash = ${secretHash} and k.revoked_at is null',
        to: 'k.secret_hash = ${secretHash}',
        only: 'stops working on the very next request',
      },
      {
        what: 'an expired key works',
        from: 'and (k.expires_at is null or k.expires_at > now())',
        to: '',
        only: 'stops working on the very next request',
      },
      {
        what: 'the key of a deleted organization works',
        from: 'and o.deleted_at is null`;',
        to: '`;',
        only: 'of a deleted organization is refused',
      },
      {
        what: 'the secret of a key is not compared',
        from: 'and k.secret_hash = ${secretHash}',
        to: '',
        only: 'malformed or unknown',
      },
      {
        what: 'the key of a suspended organization works',
        from: '|| key.suspended) throw',
        to: ') throw',
        only: 'of an organization that is suspended',
      },
      {
        what: 'a key acts although the header names another organization',
        from: 'if (named && named.value !== (named.column',
        to: "if (named && named.value === '' && named.value !== (named.column",
        only: 'must agree with an API key',
      },
      {
        what: 'a revoked token works',
        from: 't.revoked_at is null and (t.expires_at',
        to: '(t.expires_at',
        only: 'stops working on the very next request',
      },
      {
        what: 'an expired token works',
        from: ' and (t.expires_at is null or t.expires_at > now())',
        to: '',
        only: 'stops working on the very next request',
      },
      {
        what: 'the secret of a token is not compared',
        from: 'and t.secret_hash = ${secretHash} and',
        to: 'and',
        only: 'another well-formed secret',
      },
      {
        what: 'a token acts nowhere where the header names an organization of others',
        from: 'if (named && !isMember) throw cannotActThere();',
        to: '',
        only: 'that names a foreign organization',
      },
      {
        what: 'people act in a suspended organization',
        from: 'if (row.suspended) throw organizationSuspended();',
        to: '',
        only: 'of an organization that is suspended',
      },
      {
        what: 'people act in a deleted organization',
        from: 'm.user_id = u.id and o.deleted_at is null and',
        to: 'm.user_id = u.id and',
        only: 'of a person does not act in an organization that was deleted',
      },
      {
        what: 'people act where they are no members',
        from: 'where m.user_id = u.id and',
        to: 'where',
        only: 'that names a foreign organization',
      },
      {
        what: 'only the suspended organization itself is closed, and not what lies below',
        from: 'a.id = any (o.lineage)',
        to: 'a.id = o.id',
        only: 'of an organization that is suspended',
      },
    ],
  },
  {
    file: 'src/authentication/session.ts',
    tests: 'test/credential/sessions.test.ts',
    mutants: [
      {
        what: 'a session for another audience works',
        after: 'jwtVerify(token, this.#keys, {',
        from: 'audience, algorithms',
        to: 'algorithms',
        only: 'what is no session',
      },
      {
        what: 'a session of another issuer works',
        after: 'jwtVerify(token, this.#keys, {',
        from: 'issuer, audience,',
        to: 'audience,',
        only: 'what is no session',
      },
      {
        what: 'a session without an end works',
        from: " || typeof exp !== 'number'",
        to: '',
        only: 'what is no session',
      },
      {
        what: 'an address that is not verified counts',
        from: 'emailVerified: verified === true',
        to: 'emailVerified: verified !== null',
        only: 'gets nothing from an address that is not verified',
      },
    ],
  },
  {
    file: 'src/authentication/reauthorize.ts',
    tests: 'test/access/locks.test.ts',
    mutants: [
      {
        what: 'a key can be revoked in the middle of its change',
        from: 'for share of c',
        to: '',
        only: 'nobody changes its organization',
      },
      {
        what: 'a token can be revoked in the middle of its change',
        from: 'for share of c',
        to: '',
        only: 'nobody revokes the token',
      },
      {
        what: 'a member can be removed in the middle of their change',
        from: 'for share of m',
        to: '',
        only: 'nobody revokes the token',
      },
      {
        what: 'a role can be changed in the middle of a change that rests on it',
        from: 'not r.built_in for share of r',
        to: 'not r.built_in',
        only: 'nobody revokes the token',
      },
      {
        what: 'a change rests on a revoked key',
        from: 'c.revoked_at is null and ',
        to: '',
        only: 'its key was revoked or expired',
      },
      {
        what: 'a change rests on an expired key',
        from: ' and (c.expires_at is null or c.expires_at > now())',
        to: '',
        only: 'its key was revoked or expired',
      },
      {
        what: 'a change rests on a revoked token',
        from: "if (!credential || (credential.kind !== 'SESSION' && held.credential === null)) throw unauthenticated();",
        to: 'if (!credential) throw unauthenticated();',
        only: 'their own sake$',
      },
      {
        what: 'a change rests on a membership that was removed',
        from: 'if (organization && user && held.membership === null) throw cannotActThere();',
        to: '',
        only: 'from the very organization',
      },
      {
        what: 'a change is made in a suspended organization',
        from: 'if (rights.suspended) throw organizationSuspended();',
        to: '',
        only: 'the acting organization was suspended',
      },
      {
        what: 'a change is made in a deleted organization',
        from: 'o.id = ${organization?.id ?? null}::uuid and o.deleted_at is null',
        to: 'o.id = ${organization?.id ?? null}::uuid',
        only: 'the acting organization was suspended',
      },
    ],
  },
  {
    file: 'src/modules/credential/creator-queries.ts',
    tests: 'test/credential/creators.test.ts',
    mutants: [
      {
        what: 'whoever manages a key learns which person created it',
        from: '${userById.statement(viewer, sql`array[made.issued_by_user_id]`, null)}',
        to: 'select u.id, null::uuid[] as lineage from users as u where u.id = made.issued_by_user_id',
        only: 'could not find them by their id|may not read members',
      },
      {
        what: 'whoever manages a key learns which key above created it',
        from: '${apiKeyById.statement(viewer, sql`array[made.issued_by_key_id]`, null)}',
        to: 'select k.id, k.name, k.organization_id from api_keys as k where k.id = made.issued_by_key_id',
        only: 'could not find them by their id',
      },
    ],
  },
];
