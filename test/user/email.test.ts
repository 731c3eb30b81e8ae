import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Sessions } from '../../src/authentication/session.ts';
import type { Message } from '../../src/mail/mailer.ts';
import { createLogger } from '../../src/telemetry/log.ts';
import { canonicalEmail } from '../../src/values/email.ts';
import { AddMemberDocument, CreateInvitationDocument } from '../generated/graphql.ts';
import { startIssuer, type Issuer } from '../setup/issuer.ts';
import { sentMail, tokenIn } from '../setup/outbox.ts';
import { createWorld, insertMembership, insertUser, type World } from '../setup/world.ts';

/** Every code point that is a scalar value. */
function* codePoints(): Generator<string> {
  for (let point = 0; point <= 0x10ffff; point++)
    if (point < 0xd800 || point > 0xdfff) yield String.fromCodePoint(point);
}

const isAscii = (text: string): boolean => /^\p{ASCII}*$/u.test(text);

/** Characters outside ASCII that some way of folding turns into ASCII: what accounts were taken over with elsewhere. */
const folding: { name: string; fold(text: string): string }[] = [
  { name: 'lower case', fold: (text) => text.toLowerCase() },
  { name: 'upper case', fold: (text) => text.toUpperCase() },
  { name: 'NFKC', fold: (text) => text.normalize('NFKC') },
  { name: 'NFKC and lower case', fold: (text) => text.normalize('NFKC').toLowerCase() },
  { name: 'NFKD', fold: (text) => text.normalize('NFKD') },
];

describe('the canonical form of an address', () => {
  it('takes no character outside ASCII before the @, whatever any folding makes of it', () => {
    const colliding = new Map(folding.map(({ name }) => [name, 0]));
    const taken: string[] = [];
    for (const character of codePoints()) {
      if (isAscii(character)) continue;
      for (const { name, fold } of folding)
        if (isAscii(fold(character))) colliding.set(name, (colliding.get(name) ?? 0) + 1);
      if (canonicalEmail(`a${character}b@mail.example`) !== undefined) taken.push(character);
    }
    expect(taken).toEqual([]);
    // What there is to be confused with: the KELVIN SIGN, dotless i and long s, and all compatibility forms.
    expect(colliding.get('lower case')).toBeGreaterThanOrEqual(1);
    expect(colliding.get('upper case')).toBeGreaterThanOrEqual(10);
    expect(colliding.get('NFKC')).toBeGreaterThanOrEqual(1_425);
  });

  it('never lets two different domains become one: only case and normal form may differ', () => {
    const seen = new Map<string, string>();
    const wrong: string[] = [];
    const same = (text: string): string => text.normalize('NFC').toLowerCase().normalize('NFC');
    for (const character of codePoints()) {
      // Of what no letter has, IDNA takes nothing; without it this test is four times as fast.
      if (isAscii(character) || /[\p{Cn}\p{Co}]/u.test(character)) continue;
      const canonical = canonicalEmail(`a@x${character}y.example`);
      if (canonical === undefined) continue;
      const other = seen.get(canonical) ?? character;
      if (!isAscii(canonical) || !canonical.includes('@xn--') || same(other) !== same(character))
        wrong.push(character);
      seen.set(canonical, character);
    }
    expect(wrong).toEqual([]);
    expect(seen.size).toBeGreaterThan(1_000);
  });

  it('is one for every way to type an international domain', () => {
    for (const [ascii, ...typed] of [
      [
        'xn--bcher-kva.example',
        'b\u00fccher.example',
        'bu\u0308cher.example',
        'B\u00dcCHER.Example',
        'BU\u0308CHER.example',
        'XN--BCHER-KVA.EXAMPLE',
      ],
      [
        'xn--pxavbq.example',
        '\u03bf\u03b4\u03bf\u03c3.example',
        '\u039f\u0394\u039f\u03a3.example',
      ],
      ['xn--fiqs8s.example', '\u4e2d\u56fd.example'],
    ] as const) {
      for (const domain of [ascii, ...typed])
        expect({ domain, canonical: canonicalEmail(`Anna@${domain}`) }).toEqual({
          domain,
          canonical: `anna@${ascii}`,
        });
    }
  });

  it('is made once: doing it again changes nothing', () => {
    for (const email of [
      'A.B+c@Mail.Example',
      'x@MÜNCHEN.example'.toLowerCase(),
      'x@xn--mnchen-3ya.example',
      "o'neil@x.example",
    ]) {
      const once = canonicalEmail(email);
      expect(once).toBeDefined();
      expect(canonicalEmail(once ?? '')).toBe(once);
    }
  });

  it('differs in the case of ASCII letters only', () => {
    expect(canonicalEmail('Ada.Lovelace@Mail.EXAMPLE')).toBe('ada.lovelace@mail.example');
    expect(canonicalEmail('ada.lovelace+x@mail.example')).not.toBe('ada.lovelace@mail.example');
    expect(canonicalEmail('adalovelace@mail.example')).not.toBe('ada.lovelace@mail.example');
  });

  it('refuses what is too long or no address', () => {
    const domain = `${'d'.repeat(60)}.${'e'.repeat(60)}.${'f'.repeat(60)}.example`;
    expect(canonicalEmail(`${'a'.repeat(64)}@${domain}`)?.length).toBe(255);
    expect(canonicalEmail(`${'a'.repeat(64)}@x${domain}`)).toBeUndefined();
    for (const email of [
      '',
      '@',
      'a@',
      '@x.example',
      'a@localhost',
      'a b@x.example',
      '"a b"@x.example',
      'a@x..example',
      'a@-x.example',
      'a@x_y.example',
      'a@127.0.0.1',
      'a@x.example.',
      '.a@x.example',
      'a.@x.example',
      'a@[127.0.0.1]',
      'a@x.example\r\nBcc: b@x.example',
      'a@b@x.example',
      `${'a'.repeat(65)}@x.example`,
    ])
      expect({ email, canonical: canonicalEmail(email) }).toEqual({ email, canonical: undefined });
  });
});

describe('addresses in the product', () => {
  let world: World;
  let issuer: Issuer;
  beforeAll(async () => {
    issuer = await startIssuer();
    world = await createWorld({
      sessions: new Sessions(issuer.settings, createLogger('silent'), {
        timeoutMs: 300,
        cooldownMs: 0,
      }),
    });
  });
  afterAll(async () => {
    await world.close();
    await issuer.close();
  });

  it('are unique by the stored column, not by an expression that the server would fold', async () => {
    const indexes = await world.rows(
      sql<{
        indexdef: string;
      }>`select indexdef from pg_indexes where tablename in ('users', 'invitations')`,
    );
    expect(indexes.map(({ indexdef }) => indexdef)).toContainEqual(
      expect.stringMatching(/UNIQUE INDEX users_email_key .* \(canonical_email\)/),
    );
    expect(indexes.filter(({ indexdef }) => /lower\(|upper\(/.test(indexdef))).toEqual([]);
    await insertUser(world, 'one@unique.example');
    await expect(insertUser(world, 'one@unique.example')).rejects.toMatchObject({
      constraint: 'users_email_key',
    });
  });

  it('with an international domain are one address for invitations, sessions and mail, however they are typed', async () => {
    const organizationId = world.org('shop-2');
    const invite = (email: string) =>
      world.ask<{
        createInvitation: {
          __typename: string;
          invitation?: { id: string; email: string };
          pendingInvitation?: { email: string };
        };
      }>(
        `mutation ($input: CreateInvitationInput!) { createInvitation(input: $input) { __typename
          ... on CreateInvitationPayload { invitation { id email } } ... on InvitationExistsError { pendingInvitation { email } } } }`,
        { as: 'key@north' },
        { input: { organizationId, email } },
      );
    const first = await invite('Anna@BU\u0308CHER.example');
    expect(first.errors).toBeUndefined();
    expect(first.data?.createInvitation.invitation?.email).toBe('Anna@b\u00fccher.example');
    for (const email of [
      'anna@b\u00fccher.example',
      'anna@xn--bcher-kva.example',
      'ANNA@xn--BCHER-kva.example',
    ]) {
      expect((await invite(email)).data?.createInvitation).toMatchObject({
        __typename: 'InvitationExistsError',
        pendingInvitation: { email: 'Anna@b\u00fccher.example' },
      });
    }
    const [mail] = await sentMail(world);
    expect(mail?.to).toBe('Anna@xn--bcher-kva.example');
    expect(
      await world.rows(
        sql`select canonical_email from invitation_mails where canonical_email like 'anna@%'`,
      ),
    ).toEqual([{ canonical_email: 'anna@xn--bcher-kva.example' }]);
    const accept =
      'mutation ($token: String!) { acceptInvitation(input: { token: $token }) { __typename ... on AcceptInvitationPayload { membership { user { email } } } } }';
    const session = await issuer.session('anna', 'anna@xn--bcher-kva.example');
    expect(
      (await world.ask(accept, { token: session }, { token: tokenIn(mail as Message) })).data,
    ).toMatchObject({
      acceptInvitation: { membership: { user: { email: 'anna@b\u00fccher.example' } } },
    });
    // Signed in again under the other form, it is the same person; and found by either.
    const again = await world.ask('{ viewer { user { email } } }', {
      token: await issuer.session('anna', 'anna@B\u00fccher.example'),
    });
    expect(again.data).toEqual({ viewer: { user: { email: 'anna@b\u00fccher.example' } } });
    expect(
      await world.rows(sql`select from users where canonical_email = 'anna@xn--bcher-kva.example'`),
    ).toHaveLength(1);
    for (const search of [
      'anna@b\u00fccher',
      'BU\u0308CHER',
      '@xn--bcher-kva.ex',
      'XN--BCHER-KVA',
    ]) {
      const found = await world.ask(
        'query ($search: String) { organization(slug: "shop-2") { members(search: $search) { nodes { user { email } } } people(search: $search) { totalCount } } }',
        { as: 'key@north' },
        { search },
      );
      expect({ search, data: found.data }).toMatchObject({
        search,
        data: {
          organization: {
            members: { nodes: [{ user: { email: 'anna@b\u00fccher.example' } }] },
            people: { totalCount: 1 },
          },
        },
      });
    }
    expect((await invite('ANNA@b\u00fccher.example')).data?.createInvitation.__typename).toBe(
      'AlreadyMemberError',
    );
  });

  it('are refused with the name of the argument wherever one is taken', async () => {
    const email = '\u00fcnicode@x.example';
    const organizationId = world.org('shop-2');
    for (const [name, input, argument] of [
      ['createInvitation', { organizationId, email }, 'email'],
      [
        'inviteUsers',
        { organizationId, users: [{ email: 'a@x.example' }, { email }] },
        'users.1.email',
      ],
      ['addMember', { organizationId, email, roles: ['user'] }, 'email'],
      ['updateOrganization', { id: organizationId, billingEmail: email }, 'billingEmail'],
      [
        'createOrganization',
        { parentId: organizationId, slug: 'mail-refused', name: 'N', billingEmail: email },
        'billingEmail',
      ],
      [
        'createOrganization',
        { parentId: organizationId, slug: 'mail-refused', name: 'N', users: [{ email }] },
        'users.0.email',
      ],
    ] as const) {
      const type = `${name[0]?.toUpperCase()}${name.slice(1)}Input`;
      const answer = await world.ask(
        `mutation ($input: ${type}!) { ${name}(input: $input) { __typename } }`,
        { as: 'key@north' },
        { input },
      );
      expect({ name, extensions: answer.errors?.[0]?.extensions }).toMatchObject({
        name,
        extensions: { code: 'BAD_USER_INPUT', argument },
      });
      expect(answer.errors?.[0]?.message).toContain('ASCII part before the @');
    }
  });

  it('for invoices are one as well, and shown in letters', async () => {
    const answer = await world.ask(
      `mutation ($input: UpdateOrganizationInput!) { updateOrganization(input: $input) { __typename ... on UpdateOrganizationPayload { organization { billing { email } } } } }`,
      { as: 'key@north' },
      { input: { id: world.org('shop-2'), billingEmail: 'Bills@B\u00dccher.example' } },
    );
    expect(answer.data).toMatchObject({
      updateOrganization: { organization: { billing: { email: 'bills@b\u00fccher.example' } } },
    });
    expect(
      await world.rows(sql`select email from billing_accounts where email like 'bills@%'`),
    ).toEqual([{ email: 'bills@xn--bcher-kva.example' }]);
  });

  it('of look-alikes reach nobody: neither an account nor a mail', async () => {
    const victim = await insertUser(world, 'kim.tester@x.example');
    await insertMembership(world, world.uuid('shop-2'), victim, ['user']);
    const before = await world.rows(sql`select from invitations`);
    // KELVIN SIGN, dotless i, dotted I, full-width and ligature letters.
    for (const email of [
      '\u212aim.tester@x.example',
      'k\u0131m.tester@x.example',
      'k\u0130m.tester@x.example',
      '\uff4bim.tester@x.example',
      'kim.te\ufb06er@x.example',
      'kim.tester\uff20x.example',
    ]) {
      for (const [document, input] of [
        [CreateInvitationDocument, { organizationId: world.org('shop-1'), email }],
        [AddMemberDocument, { organizationId: world.org('shop-1'), email, roles: ['user'] }],
      ] as const) {
        const answer = await world.ask(document.toString(), { as: 'key@north' }, { input });
        expect(answer.errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT');
      }
    }
    expect(await world.rows(sql`select from invitations`)).toHaveLength(before.length);
  });
});
