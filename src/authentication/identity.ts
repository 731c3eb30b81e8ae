/** Finds or creates the person of an identity provider's session. */
import { sql } from 'kysely';
import type { Database } from '../database/connect.ts';
import { many, maybeOne } from '../database/rows.ts';
import { RequestError, unauthenticated } from '../errors.ts';
import { parseEmail, type EmailForms } from '../values/email.ts';

/** What the identity provider says of a person. */
export interface Identity {
  issuer: string;
  subject: string;
  email: string;
  emailVerified: boolean;
  name: string | null;
}

/**
 * The address of an identity, and the form in which the person can be found: the canonical address
 * if it is verified, otherwise null.
 */
export function addressOf({
  email,
  emailVerified,
}: Identity): Pick<EmailForms, 'shown'> & { canonical: string | null } {
  const forms = parseEmail(email);
  // An address that we could neither write to nor compare identifies nobody.
  if (!forms) throw unauthenticated();
  return { shown: forms.shown, canonical: emailVerified ? forms.canonical : null };
}

/** Another account has the verified address. Which of the two is meant is for people to decide. */
function addressTaken(): RequestError {
  return new RequestError(
    'FORBIDDEN',
    'Another account already has the email address of this session. Contact the operator of this service.',
    {
      requiredScopes: [],
      http: { status: 403 },
    },
  );
}

/**
 * Creates or updates the person of an identity and returns their UUID.
 *
 * A new subject gets the account with its verified address, if there is one that no other subject
 * of the issuer has; otherwise a new account. An unverified address is never used to find an
 * account.
 */
export async function meetPerson(db: Database, identity: Identity): Promise<string> {
  const { issuer, subject, name } = identity;
  const { canonical, shown: email } = addressOf(identity);
  return db.transaction().execute(async (tx) => {
    await sql`select pg_advisory_xact_lock(hashtextextended(${JSON.stringify([issuer, subject])}, 0))`.execute(
      tx,
    );
    const identity = await maybeOne(
      tx,
      sql<{ user_id: string }>`
        select user_id from user_identities where issuer = ${issuer} and subject = ${subject}`,
    );
    const own = identity?.user_id;
    const holder = canonical === null ? undefined : await holderOf(tx, canonical);
    if (own !== undefined && (holder === undefined || holder === own)) {
      await sql`
        update users set email = ${email}, canonical_email = ${canonical},
          name = coalesce(${name}, name) where id = ${own}::uuid`.execute(tx);
      return own;
    }
    if (own !== undefined && (await belongsAnywhere(tx, own))) throw addressTaken();
    const id = holder ?? (await insertPerson(tx, email, canonical, name));
    const linked = await many(
      tx,
      sql`
        insert into user_identities (issuer, subject, user_id) values (${issuer}, ${subject}, ${id}::uuid)
        on conflict (issuer, subject) do update set user_id = excluded.user_id
        where not exists (select from user_identities other
          where other.issuer = excluded.issuer and other.user_id = excluded.user_id)
        returning user_id`,
    ).catch((error: unknown) => {
      if (
        error instanceof Error &&
        'constraint' in error &&
        error.constraint === 'user_identities_one_subject'
      )
        throw addressTaken();
      throw error;
    });
    if (linked.length === 0) throw addressTaken();
    return id;
  });
}

async function holderOf(tx: Database, canonical: string): Promise<string | undefined> {
  const row = await maybeOne(
    tx,
    sql<{
      id: string;
    }>`select id from users where canonical_email = ${canonical} for no key update`,
  );
  return row?.id;
}

async function belongsAnywhere(tx: Database, id: string): Promise<boolean> {
  const rows = await many(tx, sql`select from memberships where user_id = ${id}::uuid limit 1`);
  return rows.length > 0;
}

/**
 * Creates an account. If another request has just created one with the same address, returns that
 * one.
 */
async function insertPerson(
  tx: Database,
  email: string,
  canonical: string | null,
  name: string | null,
): Promise<string> {
  const row = await maybeOne(
    tx,
    sql<{ id: string }>`
      insert into users (email, canonical_email, name) values (${email}, ${canonical}, ${name})
      on conflict on constraint users_email_key do nothing returning id`,
  );
  const id = row?.id ?? (canonical === null ? undefined : await holderOf(tx, canonical));
  if (id === undefined) throw unauthenticated();
  return id;
}
