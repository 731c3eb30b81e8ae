/** Names that get into mails: what is refused, and what becomes of older ones. */
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { invitationMessage } from '../../src/modules/invitation/mail.ts';
import { LINK_TEMPLATE, sentMail } from '../setup/outbox.ts';
import { encodeId } from '../../src/values/ids.ts';
import { createWorld, insertRole, type World } from '../setup/world.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.close());

const LINKS = [
  'Pay at https://evil.example',
  'ftp://x',
  'JavaScript://x',
  'mailto:a',
  'see www.x',
  '192.0.2.1/login',
  '192.0.2.1:8080/login',
  'evil.example',
  'Your account: EVIL.example/login now',
  'a@evil.example',
  'evil\u3002example',
  'evil\uff0eexample',
  'evil\uff61example',
  'evil\u2024example',
  '\uff45\uff56\uff49\uff4c\uff0e\uff43\uff4f\uff4d',
  '\uff48\uff54\uff54\uff50\uff1a\uff0f\uff0fx',
  'böse.example',
  'x.xn--p1ai',
  'почта.рф',
];
const INVISIBLE = Array.from(
  '\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200b\u2060\u00ad\u200d\u200c\u2028\u2029\u3164' +
    '\n\r\u0085\u{e0041}',
  (character) => `Ac${character}me`,
);
const FINE = [
  'Acme Inc.',
  'S.p.A. Torino',
  'Dr. Wu & Söhne',
  'Release 2.0',
  'A/B Partners: north',
  'Smith & Co. KG',
  'U.S.A. Dental',
  '東京株式会社',
  'می\u200cخواهم',
  'ක්\u200dෂ',
];

type Answer = Record<
  string,
  { __typename: string; organization?: { name: string }; role?: { name: string } }
>;
let made = 0;

/** Each way to give a name; answers the name, or the refused argument and why. */
const ways: Record<string, (name: string) => Promise<string>> = {
  async createOrganization(name) {
    const input = { name, slug: `named-${++made}`, parentId: world.org('north') };
    return ask(
      'createOrganization',
      'CreateOrganization',
      '... on CreateOrganizationPayload { organization { name } }',
      input,
    );
  },
  updateOrganization: (name) =>
    ask(
      'updateOrganization',
      'UpdateOrganization',
      '... on UpdateOrganizationPayload { organization { name } }',
      {
        id: world.org('kiosk'),
        name,
      },
    ),
  async createRole(name) {
    await sql`delete from roles where not built_in`.execute(world.db);
    const input = { organizationId: world.org('north'), key: 'named', name, scopes: [] };
    return ask('createRole', 'CreateRole', '... on CreateRolePayload { role { name } }', input);
  },
  async updateRole(name) {
    await sql`delete from roles where not built_in`.execute(world.db);
    const id = encodeId('Role', await insertRole(world, world.uuid('north'), 'named'));
    return ask('updateRole', 'UpdateRole', '... on UpdateRolePayload { role { name } }', {
      id,
      name,
    });
  },
};

async function ask(field: string, type: string, shown: string, input: object): Promise<string> {
  const answer = await world.ask<Answer>(
    `mutation ($input: ${type}Input!) { ${field}(input: $input) { __typename ${shown} } }`,
    { as: 'key@north' },
    { input },
  );
  const result = answer.data?.[field];
  const refused = answer.errors?.[0]?.extensions;
  return result
    ? (result.organization?.name ?? result.role?.name ?? result.__typename)
    : `${refused?.code} ${String(refused?.['argument'])}`;
}

describe.each(Object.entries(ways))('a name given to %s', (_name, way) => {
  it('is refused when some of it looks like a link', async () => {
    for (const name of LINKS)
      expect({ name, outcome: await way(name) }).toEqual({ name, outcome: 'BAD_USER_INPUT name' });
  });

  it('is refused when some of it cannot be seen or turns the direction of writing', async () => {
    for (const name of INVISIBLE)
      expect({ name, outcome: await way(name) }).toEqual({ name, outcome: 'BAD_USER_INPUT name' });
  });

  it('may have abbreviations, numbers, and joiners where a script needs them', async () => {
    for (const name of FINE) expect(await way(name)).toBe(name);
  });
});

describe('a name from before', () => {
  it('stays as it is, and the mail that it gets into has neither a link nor hidden characters in its place', async () => {
    const name = 'Pay \u202eat https://evil.example/login';
    await sql`update organizations set name = ${name} where slug = 'shop-2'`.execute(world.db);
    await world.ask(
      `mutation { createInvitation(input: { organizationId: "${world.org('shop-2')}", email: "old.name@x.example" }) { __typename } }`,
      { as: 'key@north' },
    );
    const [mail] = await sentMail(world);
    expect(mail?.subject).toBe('Invitation to Pay at https[:]//evil[.]example/login');
    for (const text of [mail?.subject, mail?.text, mail?.html])
      expect(text).not.toMatch(/evil\.example|\u202e/);
    const { data } = await world.ask(`{ organization(slug: "shop-2") { name } }`, {
      as: 'key@north',
    });
    expect(data).toEqual({ organization: { name } });
  });

  it('of a role is as harmless, and an ordinary one is left alone', () => {
    const message = invitationMessage(
      {
        name: 'x',
        to: 'a@b.example',
        token: 'inv_x',
        organizationName: 'Dr. Wu\u2028& Söhne',
        roleNames: ['see evil\u3002example', 'می\u200cخواهم'],
        expiresAt: new Date('2026-12-01T00:00:00Z'),
      },
      LINK_TEMPLATE,
    );
    expect(message.subject).toBe('Invitation to Dr. Wu & Söhne');
    expect(message.text).toContain('(see evil[.]example, می\u200cخواهم)');
  });
});
