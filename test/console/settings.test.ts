import { expect, it } from 'vitest';
import { changed, differing, merge } from '../../console/src/settings/merge.ts';
import {
  accountsInput,
  addressInput,
  NO_ADDRESS,
  NO_OFFERS,
  offersInput,
} from '../../console/src/organizations/profile/draft.ts';

const base = { name: 'Acme', kind: 'CUSTOMER', accounts: [{ system: 'zuora' }] };

it('Puts what was typed on top of what others changed elsewhere', () => {
  const yours = { ...base, name: 'Acme Ltd' };
  const theirs = { ...base, kind: 'RESELLER' };
  expect(merge(base, yours, theirs)).toEqual({
    values: { ...base, name: 'Acme Ltd', kind: 'RESELLER' },
    conflicts: [],
  });
});

it('Finds a conflict where both changed the same value', () => {
  const yours = { ...base, name: 'Acme Ltd', accounts: [] };
  const theirs = { ...base, name: 'Acme Inc', accounts: [{ system: 'labra' }] };
  expect(merge(base, yours, theirs)).toEqual({ values: yours, conflicts: ['name', 'accounts'] });
});

it('Finds no conflict where both changed a value to the same', () => {
  const same = { ...base, name: 'Acme Ltd' };
  expect(merge(base, same, same)).toEqual({ values: same, conflicts: [] });
});

it('Names the values that differ', () => {
  expect(differing(base, { ...base, kind: 'AGENCY', accounts: [{ system: 'zuora' }] })).toEqual([
    'kind',
  ]);
});

it('Sends only what changed, and null for what was cleared', () => {
  const before = { name: 'Acme', externalReference: 'A-1', kind: 'CUSTOMER' };
  expect(changed<Record<string, unknown>>(before, { ...before, externalReference: null })).toEqual({
    externalReference: null,
  });
});

it('Clears an address whose parts are all empty, and spells countries in capitals', () => {
  expect(addressInput({ ...NO_ADDRESS, city: '  ' })).toBeNull();
  expect(addressInput({ ...NO_ADDRESS, city: 'Porto', country: 'pt ' })).toMatchObject({
    city: 'Porto',
    country: 'PT',
    line2: null,
  });
});

it('Sends the marketplaces and accounts of which something is given', () => {
  expect(offersInput({ ...NO_OFFERS, GCP: ' https://example.com/offer ' })).toEqual([
    { marketplace: 'GCP', url: 'https://example.com/offer' },
  ]);
  expect(
    accountsInput([
      { key: '1', system: '', accountId: ' ' },
      { key: '2', system: ' Zuora', accountId: ' A-1 ' },
    ]),
  ).toEqual([{ system: 'zuora', accountId: 'A-1' }]);
});
