/** The first organization of a database, with its admin and credentials that work at once. */
import { sql } from 'kysely';
import { appendAsOperator } from '../command/audit-log.ts';
import { createToken, tokenHash, tokenPreview } from '../authentication/secret.ts';
import type { Database } from '../database/connect.ts';
import { newId } from '../database/id.ts';
import { ConfigurationError } from '../errors.ts';
import { encodeId, type IdType } from '../values/ids.ts';
import { nameProblem, normalForm } from '../values/text.ts';
import { parseEmail } from '../values/email.ts';

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
  organizations_slug_form:
    '--slug must have 3 to 63 characters of a-z, 0-9 and single hyphens between them',
};

/** Kind of the organization. */
const KIND = 'AGENCY';

/** Stands in the audit log where the id of a request would. */
const COMMAND = 'bootstrap';

/**
 * Makes a root organization, its admin, an API key with all scopes and a personal token, in one
 * transaction with what the audit log of the organization says of it.
 */
export async function bootstrap(
  db: Database,
  { slug, name: typedName, email }: BootstrapInput,
): Promise<BootstrapResult> {
  const name = normalForm(typedName);
  const problem = nameProblem(name, NAME_LENGTH_MAX);
  if (problem !== undefined) throw new ConfigurationError(`--name ${problem}.`);
  const forms = parseEmail(email);
  if (!forms) throw new ConfigurationError(`--email is not an address that can be used: ${email}.`);
  try {
    return await db.transaction().execute(async (transaction) => {
      const organization = await transaction
        .insertInto('organizations')
        .values({ slug, name, kind: KIND, source: 'OPERATOR' })
        .returning('id')
        .executeTakeFirstOrThrow();
      const user = await transaction
        .insertInto('users')
        .values({ email: forms.shown, canonical_email: forms.canonical })
        .onConflict((conflict) =>
          conflict.constraint('users_email_key').doUpdateSet({ canonical_email: forms.canonical }),
        )
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
      const key = await addApiKey(transaction, organization.id, COMMAND);
      const token = await addPersonalAccessToken(transaction, user.id, COMMAND);
      const record = (action: string, type: IdType, id: string, after: object): Promise<void> =>
        appendAsOperator(transaction, COMMAND, action, {
          organizationId: organization.id,
          target: { type, id },
          before: null,
          after,
        });
      const admin = encodeId('User', user.id);
      await record('createOrganization', 'Organization', organization.id, {
        slug,
        name,
        kind: KIND,
        admin,
      });
      await record('createApiKey', 'ApiKey', key.id, {
        name: COMMAND,
        scopes: key.scopes,
        expiresAt: null,
      });
      await record('createPersonalAccessToken', 'PersonalAccessToken', token.id, {
        name: COMMAND,
        expiresAt: null,
      });
      return {
        organizationId: encodeId('Organization', organization.id),
        organizationSlug: slug,
        userId: encodeId('User', user.id),
        apiKey: key.token,
        personalAccessToken: token.token,
      };
    });
  } catch (error) {
    const constraint =
      error instanceof Error && 'constraint' in error
        ? PROBLEMS[String(error.constraint)]
        : undefined;
    throw constraint ? new ConfigurationError(`${constraint}: ${slug}.`) : error;
  }
}

/** Makes an API key with every scope and returns its token. */
export async function insertApiKey(
  db: Database,
  organizationId: string,
  name: string,
): Promise<string> {
  return (await addApiKey(db, organizationId, name)).token;
}

/** Makes a personal access token and returns it. */
export async function insertPersonalAccessToken(
  db: Database,
  userId: string,
  name: string,
): Promise<string> {
  return (await addPersonalAccessToken(db, userId, name)).token;
}

async function addApiKey(
  db: Database,
  organizationId: string,
  name: string,
): Promise<{ id: string; token: string; scopes: string[] }> {
  const id = await newId(db);
  const token = createToken('ak', id);
  const { scopes } = await db
    .insertInto('api_keys')
    .values({
      id,
      organization_id: organizationId,
      name,
      secret_hash: tokenHash(token),
      preview: tokenPreview(token),
      scopes: sql`array(select key from scopes order by position)`,
    })
    .returning('scopes')
    .executeTakeFirstOrThrow();
  return { id, token, scopes };
}

async function addPersonalAccessToken(
  db: Database,
  userId: string,
  name: string,
): Promise<{ id: string; token: string }> {
  const id = await newId(db);
  const token = createToken('pat', id);
  await db
    .insertInto('personal_access_tokens')
    .values({
      id,
      user_id: userId,
      name,
      secret_hash: tokenHash(token),
      preview: tokenPreview(token),
    })
    .execute();
  return { id, token };
}
