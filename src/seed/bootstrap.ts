/** The first organization of a database, with its admin and credentials that work at once. */
import { sql } from 'kysely';
import { createToken, tokenHash, tokenPreview } from '../credential/secret.ts';
import type { Database } from '../database/connect.ts';
import { newId } from '../database/id.ts';
import { StartError } from '../errors.ts';
import { encodeId } from '../ids.ts';
import { nameProblem, normalForm } from '../text.ts';
import { parseEmail } from '../user/email.ts';

export interface BootstrapInput {
  slug: string;
  name: string;
  /** Address of the admin; a person with this address is found again. */
  email: string;
}

export interface BootstrapResult {
  organizationId: string;
  organizationSlug: string;
  userId: string;
  /** Shown once. */
  apiKey: string;
  /** Shown once. */
  personalAccessToken: string;
}

const NAME_LENGTH_MAX = 200;

const PROBLEMS: Record<string, string> = {
  organizations_slug_key: '--slug is taken',
  organizations_slug_reserved: '--slug is a reserved word',
  organizations_slug_form: '--slug must have 3 to 63 characters of a-z, 0-9 and single hyphens between them',
};

/** Makes a root organization, its admin, an API key with all scopes and a personal token, in one transaction. */
export async function bootstrap(db: Database, { slug, name: given, email }: BootstrapInput): Promise<BootstrapResult> {
  const name = normalForm(given);
  const problem = nameProblem(name, NAME_LENGTH_MAX);
  if (problem !== undefined) throw new StartError(`--name ${problem}.`);
  const forms = parseEmail(email);
  if (!forms) throw new StartError(`--email is not an address that can be used: ${email}.`);
  try {
    return await db.transaction().execute(async (transaction) => {
      const organization = await transaction
        .insertInto('organizations')
        .values({ slug, name, kind: 'AGENCY' })
        .returning('id')
        .executeTakeFirstOrThrow();
      const user = await transaction
        .insertInto('users')
        .values({ email: forms.shown, canonical_email: forms.canonical })
        .onConflict((conflict) => conflict.constraint('users_email_key').doUpdateSet({ canonical_email: forms.canonical }))
        .returning('id')
        .executeTakeFirstOrThrow();
      const membership = await transaction
        .insertInto('memberships')
        .values({ organization_id: organization.id, user_id: user.id })
        .returning('id')
        .executeTakeFirstOrThrow();
      await transaction
        .insertInto('membership_roles')
        .columns(['membership_id', 'role_id'])
        .expression((eb) =>
          eb
            .selectFrom('roles')
            .select([sql<string>`${membership.id}::uuid`.as('membership_id'), 'id'])
            .where('built_in', '=', true)
            .where('key', '=', 'admin'),
        )
        .execute();
      const apiKey = await insertApiKey(transaction, organization.id, 'bootstrap');
      const personalAccessToken = await insertPersonalAccessToken(transaction, user.id, 'bootstrap');
      return {
        organizationId: encodeId('Organization', organization.id),
        organizationSlug: slug,
        userId: encodeId('User', user.id),
        apiKey,
        personalAccessToken,
      };
    });
  } catch (error) {
    const constraint = error instanceof Error && 'constraint' in error ? PROBLEMS[String(error.constraint)] : undefined;
    throw constraint ? new StartError(`${constraint}: ${slug}.`) : error;
  }
}

/** Makes an API key with every scope and returns its token. */
export async function insertApiKey(db: Database, organizationId: string, name: string): Promise<string> {
  const id = await newId(db);
  const token = createToken('ak', id);
  await db
    .insertInto('api_keys')
    .values({
      id,
      organization_id: organizationId,
      name,
      secret_hash: tokenHash(token),
      preview: tokenPreview(token),
      scopes: sql`array(select key from scopes order by position)`,
    })
    .execute();
  return token;
}

/** Makes a personal access token and returns it. */
export async function insertPersonalAccessToken(db: Database, userId: string, name: string): Promise<string> {
  const id = await newId(db);
  const token = createToken('pat', id);
  await db
    .insertInto('personal_access_tokens')
    .values({ id, user_id: userId, name, secret_hash: tokenHash(token), preview: tokenPreview(token) })
    .execute();
  return token;
}
