import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Sessions } from '../../src/authentication/session.ts';
import { migrate } from '../../src/database/migrate.ts';
import { bootstrap } from '../../src/seed/bootstrap.ts';
import { seedSynthetic } from '../../src/seed/synthetic.ts';
import { createLogger } from '../../src/telemetry/log.ts';
import { createDatabase, type TestDatabase } from '../setup/database.ts';
import { startIssuer, type Issuer } from '../setup/issuer.ts';
import { migrationFolder } from '../setup/migrations.ts';
import { createWorld, type World } from '../setup/world.ts';

/** The sources of all organizations, by slug. */
async function sources({ db }: Pick<TestDatabase, 'db'>): Promise<Record<string, string>> {
  const { rows } = await sql<{ slug: string; source: string }>`
    select slug, organization_source(source, parent_id) as source from organizations order by slug`.execute(
    db,
  );
  return Object.fromEntries(rows.map(({ slug, source }) => [slug, source]));
}

describe('How an organization came to be', () => {
  let world: World;
  let issuer: Issuer;
  beforeAll(async () => {
    issuer = await startIssuer();
    world = await createWorld({ sessions: new Sessions(issuer.settings, createLogger('silent')) });
  });
  afterAll(async () => {
    await world.close();
    await issuer.close();
  });

  const sourceOf = async (input: object, token: string): Promise<string | undefined> => {
    const document = `mutation ($input: CreateOrganizationInput!) {
      createOrganization(input: $input) { ... on CreateOrganizationPayload { organization { source } } } }`;
    const answer = await world.ask<{ createOrganization: { organization: { source: string } } }>(
      document,
      { token },
      { input },
    );
    return answer.data?.createOrganization.organization.source;
  };

  it('is a sign-up for the top of a tree of its own, and the partner for what is created below', async () => {
    const founder = await issuer.session('founder', 'founder@start.example');
    expect(await sourceOf({ name: 'Start', slug: 'start' }, founder)).toBe('SIGN_UP');
    expect(
      await sourceOf({ name: 'Below', parentId: world.org('shop-1') }, world.token('key@north')),
    ).toBe('PARTNER');
  });

  it('is an operator for what commands make', async () => {
    const { apiKey } = await bootstrap(world.db, {
      slug: 'by-command',
      name: 'By command',
      email: 'ada@command.example',
    });
    const answer = await world.ask('{ organization { source } }', { token: apiKey });
    expect(answer.data).toEqual({ organization: { source: 'OPERATOR' } });
    const seeded = await createDatabase();
    await seedSynthetic(seeded.url, { organizations: 50, seed: 1, now: new Date() });
    expect(new Set(Object.values(await sources(seeded)))).toEqual(new Set(['OPERATOR']));
    await seeded.close();
  });
});

describe('An organization that is older than the field', () => {
  it('came from an operator if its log begins so, and else by its place, also after a move', async () => {
    const database = await createDatabase({ empty: true });
    const folder = await migrationFolder('0201_one_verified_domain');
    await migrate(database.db, { folder: folder.url });
    await folder.remove();
    const organization = async (slug: string, parent: string | null = null): Promise<string> => {
      const { rows } = await sql<{ id: string }>`
        insert into organizations (slug, name, parent_id) values (${slug}, ${slug}, ${parent}) returning id`.execute(
        database.db,
      );
      return rows[0]?.id ?? '';
    };
    const event = (id: string, kind: 'OPERATOR' | 'SESSION') =>
      sql`
        insert into audit_events (action, actor_kind, organization_id, target_type, target_id, request_id)
        values ('createOrganization', ${kind}, ${id}, 'Organization', 'x', 'x')`.execute(
        database.db,
      );
    const [commanded, signed, moved] = [
      await organization('commanded'),
      await organization('signed'),
      await organization('moved'),
    ];
    await event(commanded, 'OPERATOR');
    await event(commanded, 'SESSION');
    await event(signed, 'SESSION');
    await event(signed, 'OPERATOR');
    await organization('silent');
    const below = await organization('below', commanded);
    await event(below, 'OPERATOR');
    await migrate(database.db);
    const told = {
      below: 'PARTNER',
      commanded: 'OPERATOR',
      moved: 'SIGN_UP',
      signed: 'SIGN_UP',
      silent: 'SIGN_UP',
    };
    expect(await sources(database)).toEqual(told);

    // As a gateway of the version before moves and creates: it knows nothing of the column.
    await sql`update organizations set parent_id = ${signed} where id = ${moved}`.execute(
      database.db,
    );
    await organization('made', signed);
    expect(await sources(database)).toEqual({ ...told, made: 'PARTNER' });
    await database.close();
  });
});
