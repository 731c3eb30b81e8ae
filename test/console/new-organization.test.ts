import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  addressesIn,
  EMPTY,
  givenPeople,
  inputOf,
  repeatedPeople,
} from '../../console/src/organizations/create/draft.ts';
import { isSlug, slugOfName } from '../../console/src/organizations/profile/slug.ts';
import * as api from '../../src/modules/organization/slug/queries.ts';

it('Suggests the slug that the API would make from the name', () => {
  const names = fc.oneof(
    fc.string({ maxLength: 80 }),
    fc
      .array(fc.constantFrom('Ä', 'ß', 'Łódź', ' ', '-', '_', 'a', 'Q', '7', '…', 'é', '北'), {
        maxLength: 90,
      })
      .map((parts) => parts.join('')),
  );
  fc.assert(
    fc.property(names, (name) => {
      const slug = slugOfName(name);
      expect(isSlug(slug) ? slug : undefined).toBe(api.slugOfName(name, false));
    }),
  );
});

it('Takes the same texts for slugs as the API does', () => {
  const texts = fc.array(fc.constantFrom('a', 'z', '0', '9', '-', 'A', ' ', 'é', '\n'), {
    maxLength: 66,
  });
  fc.assert(
    fc.property(texts, (parts) => {
      const text = parts.join('');
      expect(isSlug(text)).toBe(api.isSlug(text));
    }),
  );
});

it.each([
  ['ada@example.com', ['ada@example.com']],
  [
    'ada@example.com, bo@example.com;cy@example.com',
    ['ada@example.com', 'bo@example.com', 'cy@example.com'],
  ],
  ['"Ada L." <ada@example.com>\r\nBo <bo@example.com>', ['ada@example.com', 'bo@example.com']],
  ['ada@example.com ADA@example.com', ['ADA@example.com']],
  ['nobody at all', []],
])('Finds the addresses in %j', (text, addresses) => {
  expect(addressesIn(text)).toEqual(addresses);
});

it('Invites nobody twice, and nobody without an address', () => {
  const [first, second, third, blank] = [
    'ada@example.com',
    ' Ada@Example.com',
    'bo@example.com',
    ' ',
  ].map((email, at) => ({ key: String(at), email, role: 'user' }));
  const people = [first, second, third, blank].filter((row) => row !== undefined);
  expect([...repeatedPeople(people)]).toEqual([second]);
  expect(givenPeople(people)).toEqual([first, third]);
});

it('Leaves out what was not given', () => {
  expect(inputOf({ ...EMPTY, name: ' Acme ' }, 'org_1', undefined)).toEqual({
    parentId: 'org_1',
    name: 'Acme',
    kind: 'CUSTOMER',
    externalReference: null,
    primaryAddress: null,
    marketplaceOffers: [],
    externalAccounts: [],
  });
});
