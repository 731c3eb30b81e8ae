import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { canonicalEmail } from '../../src/user/email.ts';
import { AddMemberDocument, CreateInvitationDocument } from '../generated/graphql.ts';
import { createWorld, insertMembership, insertUser, type World } from '../setup/world.ts';

/** Every code point that is a scalar value. */
function* codePoints(): Generator<string> {
  for (let point = 0; point <= 0x10ffff; point++) if (point < 0xd800 || point > 0xdfff) yield String.fromCodePoint(point);
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
      for (const { name, fold } of folding) if (isAscii(fold(character))) colliding.set(name, (colliding.get(name) ?? 0) + 1);
      if (canonicalEmail(`a${character}b@mail.example`) !== undefined) taken.push(character);
    }
    expect(taken).toEqual([]);
    // What there is to be confused with: the KELVIN SIGN, dotless i and long s, and all compatibility forms.
    expect(colliding.get('lower case')).toBeGreaterThanOrEqual(1);
    expect(colliding.get('upper case')).toBeGreaterThanOrEqual(10);
    expect(colliding.get('NFKC')).toBeGreaterThanOrEqual(1_425);
  });

  it('never lets two different domains become one', () => {
    const seen = new Map<string, string>();
    const wrong: string[] = [];
    for (const character of codePoints()) {
      if (isAscii(character)) continue;
      const canonical = canonicalEmail(`a@x${character}y.example`);
      if (canonical === undefined) continue;
      if (!isAscii(canonical) || seen.has(canonical) || !canonical.includes('@xn--')) wrong.push(character);
      seen.set(canonical, character);
    }
    expect(wrong).toEqual([]);
    expect(seen.size).toBeGreaterThan(1_000);
  });

  it('is made once: doing it again changes nothing', () => {
    for (const email of ['A.B+c@Mail.Example', 'x@MÜNCHEN.example'.toLowerCase(), 'x@xn--mnchen-3ya.example', "o'neil@x.example"]) {
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
  beforeAll(async () => {
    world = await createWorld();
  });
  afterAll(() => world.close());

  it('are unique by the stored column, not by an expression that the server would fold', async () => {
    const indexes = await world.rows(
      sql<{ indexdef: string }>`select indexdef from pg_indexes where tablename in ('users', 'invitations')`,
    );
    expect(indexes.map(({ indexdef }) => indexdef)).toContainEqual(
      expect.stringMatching(/UNIQUE INDEX users_email_key .* \(canonical_email\)/),
    );
    expect(indexes.filter(({ indexdef }) => /lower\(|upper\(/.test(indexdef))).toEqual([]);
    await insertUser(world, 'one@unique.example');
    await expect(insertUser(world, 'one@unique.example')).rejects.toMatchObject({ constraint: 'users_email_key' });
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
