/** A partner who creates organizations over HTTP, and the service that provisions them. */
import { expect } from 'vitest';
import type { Database } from '../../src/database/connect.ts';
import { insertApiKey } from '../../src/seed/bootstrap.ts';
import { encodeId } from '../../src/values/ids.ts';
import { run } from '../cli/run.ts';
import { startListener, type Listener } from './listener.ts';

/** The public id of a root organization, and a key of it with all scopes. */
export interface Partner {
  organizationId: string;
  apiKey: string;
}

/** Adds the partner to a database. */
export async function insertPartner(db: Database): Promise<Partner> {
  const { id } = await db
    .insertInto('organizations')
    .values({ slug: 'partner', name: 'Partner' })
    .returning('id')
    .executeTakeFirstOrThrow();
  return {
    organizationId: encodeId('Organization', id),
    apiKey: await insertApiKey(db, id, 'partner'),
  };
}

/** Lets `banyan bootstrap` add the partner. */
export async function bootstrapPartner(environment: Record<string, string>): Promise<Partner> {
  const names = ['--slug', 'partner', '--name', 'Partner', '--email', 'a@partner.example'];
  const { code, stdout, stderr } = await run(['bootstrap', ...names, '--json'], environment);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return JSON.parse(stdout) as Partner;
}

export interface Created {
  __typename: string;
  organization: { id: string };
  invitations: { id: string }[];
}

export interface CreationAnswer {
  status: number;
  data?: { createOrganization: Created } | null;
  errors?: { extensions: { code: string; outcome?: string } }[];
}

/** Asks a gateway once for an organization below the partner's. Rejects if it does not answer whole. */
export async function createBelow(
  url: string,
  { organizationId: parentId, apiKey }: Partner,
  input: { name: string; slug: string } & Record<string, unknown>,
): Promise<CreationAnswer> {
  const query = `mutation ($input: CreateOrganizationInput!) {
    createOrganization(input: $input) { __typename ... on CreateOrganizationPayload { organization { id } invitations { id } } }
  }`;
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${apiKey}` },
    body: JSON.stringify({ query, variables: { input: { ...input, parentId } } }),
  });
  return { ...((await response.json()) as object), status: response.status };
}

/** What makes an organization whole: three people who are invited, a domain, and a key for repeats. */
export function wholeInput(slug: string) {
  return {
    name: 'Whole',
    slug,
    domain: `${slug}.example`,
    users: ['a', 'b', 'c'].map((name) => ({ email: `${name}@${slug}.example` })),
    idempotencyKey: `key of ${slug}`,
  };
}

export interface Provisioner {
  service: Listener;
  /** What was made, by idempotency key: one thing for each, however often it is asked for. */
  effects: ReadonlyMap<string, string>;
  /** The settings that let it make identities. */
  environment: Record<string, string>;
}

/** Starts a service that makes identities. */
export async function startProvisioner(): Promise<Provisioner> {
  const effects = new Map<string, string>();
  const service = await startListener(({ headers }) => {
    const key = String(headers['idempotency-key']);
    const resourceId = effects.get(key) ?? `made-${effects.size}`;
    effects.set(key, resourceId);
    return { status: 200, body: JSON.stringify({ resourceId }) };
  });
  const environment = {
    PROVISIONING_IDENTITY: 'webhook',
    PROVISIONING_WEBHOOK_URL: service.url,
    PROVISIONING_WEBHOOK_SECRET: 'whsec_c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LTMy',
  };
  return { service, effects, environment };
}
