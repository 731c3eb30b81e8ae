import { describe, expect, it } from 'vitest';
import { keyFor, isKey } from '../../console/src/roles/role.ts';
import { expiryChoices, expiryOf } from '../../console/src/ui/expiry.ts';
import { impliedBy, withoutImplied } from '../../console/src/ui/scopes.ts';

describe('expiry of a new credential', () => {
  const now = new Date(2026, 0, 30, 15, 20);
  const at = (...parts: [number, number, number]): string =>
    new Date(...parts, 23, 59, 59).toISOString();

  it('Offers everything to a credential that never expires', () => {
    expect(expiryChoices(null, now)).toEqual(['never', '30', '90', '365', 'day']);
  });

  it('Offers nothing that would outlive the credential of the caller', () => {
    const bound = new Date(2026, 4, 15).toISOString();
    expect(expiryChoices(bound, now)).toEqual(['own', '30', '90', 'day']);
    expect(expiryOf('own', { day: '', bound, now })).toBe(bound);
  });

  it('Ends periods and days with the day, so that a repeat is the same input', () => {
    const later = new Date(now.getTime() + 61_000);
    expect(expiryOf('30', { day: '', bound: null, now })).toBe(at(2026, 2, 1));
    expect(expiryOf('30', { day: '', bound: null, now: later })).toBe(at(2026, 2, 1));
    expect(expiryOf('day', { day: '2027-02-28', bound: null, now })).toBe(at(2027, 1, 28));
    expect(expiryOf('never', { day: '', bound: null, now })).toBeNull();
  });

  it.each(['', '2026-02', '2026-02-30', '2026-13-01', 'tomorrow'])('Takes %j for no day', (day) => {
    expect(expiryOf('day', { day, bound: null, now })).toBeUndefined();
  });
});

describe('scopes that include others', () => {
  const scope = (key: string, implies: string[] = []) => ({ key, description: '', implies });
  const catalog = [scope('all', ['manage']), scope('manage', ['read']), scope('read'), scope('x')];

  it('Finds what is included, directly or through others', () => {
    expect([...impliedBy(['all'], catalog)]).toEqual(['manage', 'read']);
    expect([...impliedBy(['x', 'unknown'], catalog)]).toEqual([]);
  });

  it('Leaves out what the rest includes anyway', () => {
    expect(withoutImplied(['read', 'manage', 'x'], catalog)).toEqual(['manage', 'x']);
    expect(withoutImplied(['read', 'x'], catalog)).toEqual(['read', 'x']);
  });
});

describe('the key of a role', () => {
  it.each([
    ['Front desk (night)', 'front_desk_night'],
    ['2nd line', 'nd_line'],
    ['Ärzte & Büro', 'arzte_buro'],
    ['客服', ''],
    [`${'a'.repeat(62)} b`, 'a'.repeat(62)],
  ])('Is made from the name %j', (name, key) => {
    expect(keyFor(name)).toBe(key);
    if (key !== '') expect(isKey(key)).toBe(true);
  });

  it.each(['', '_a', '1a', 'a-b', 'A', 'a'.repeat(64)])('Is not %j', (text) => {
    expect(isKey(text)).toBe(false);
  });
});
