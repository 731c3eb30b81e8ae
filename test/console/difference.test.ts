import { describe, expect, it } from 'vitest';
import { CalendarDate } from '@internationalized/date';
import { filterIn } from '../../console/src/audit/filter.ts';
import { differencesOf, hiddenParts } from '../../console/src/audit/difference.ts';
import { actionLabel, partLabel, spelledOut } from '../../console/src/audit/labels.ts';

/** The parts with their values, without what lists are made of. */
const lines = (before: unknown, after: unknown) =>
  differencesOf(before, after).map(({ part, isChanged, ...values }) => [
    part,
    isChanged,
    values.before,
    values.after,
  ]);

describe('what an event changed', () => {
  it('Is all of the state where something was created', () => {
    expect(lines(null, { name: 'Pier 4', domain: null })).toEqual([
      ['name', true, undefined, 'Pier 4'],
      ['domain', true, undefined, undefined],
    ]);
  });

  it('Is all of the state where something was removed', () => {
    expect(lines({ email: 'a@b.example' }, null)).toEqual([
      ['email', true, 'a@b.example', undefined],
    ]);
  });

  it('Is nothing where no state was recorded, or none may be seen', () => {
    expect(differencesOf(null, null)).toEqual([]);
    expect(differencesOf({}, {})).toEqual([]);
    expect(differencesOf('odd', 7)).toEqual([]);
  });

  it('Comes before what stayed as it was', () => {
    expect(
      lines({ name: 'Key', revokedAt: null }, { name: 'Key', revokedAt: '2026-01-01T00:00:00Z' }),
    ).toEqual([
      ['revokedAt', true, undefined, '2026-01-01T00:00:00Z'],
      ['name', false, 'Key', 'Key'],
    ]);
  });

  it('Takes objects within a state apart', () => {
    expect(
      lines(
        { profile: { address_city: 'Bonn', address_zip: '1' } },
        { profile: { address_zip: '2' } },
      ),
    ).toEqual([
      ['profile.address_city', true, 'Bonn', undefined],
      ['profile.address_zip', true, '1', '2'],
    ]);
  });

  it('Tells an empty text, zero and false from nothing', () => {
    expect(lines({ a: null, b: null, c: 0 }, { a: '', b: false, c: 0 })).toEqual([
      ['a', true, undefined, ''],
      ['b', true, undefined, 'false'],
      ['c', false, '0', '0'],
    ]);
  });

  it('Says what was put into a list and taken out of it', () => {
    expect(differencesOf({ roles: ['viewer', 'user'] }, { roles: ['admin', 'user'] })).toEqual([
      expect.objectContaining({
        isChanged: true,
        entries: [
          { text: 'admin', change: 'added' },
          { text: 'user', change: 'same' },
          { text: 'viewer', change: 'removed' },
        ],
      }),
    ]);
  });

  it('Takes lists in another order for the same', () => {
    expect(lines({ scopes: ['a', 'b'] }, { scopes: ['b', 'a'] })).toEqual([
      ['scopes', false, 'a, b', 'b, a'],
    ]);
  });

  it('Takes a list with one entry less for another', () => {
    expect(lines({ scopes: ['a', 'b'] }, { scopes: ['a'] })).toEqual([
      ['scopes', true, 'a, b', 'a'],
    ]);
  });

  it('Shows lists of objects, and one that comes in the place of nothing', () => {
    expect(
      differencesOf({ offers: null }, { offers: [{ marketplace: 'aws', id: 7 }] })[0]?.entries,
    ).toEqual([{ text: 'marketplace: aws, id: 7', change: 'added' }]);
  });
});

describe('the words of the log', () => {
  it('Name each hidden part once', () => {
    expect(hiddenParts(['before.billingEmail', 'after.billingEmail', 'after.profile.x'])).toEqual([
      'billingEmail',
      'profile.x',
    ]);
  });

  it('Are spelled out where there is none', () => {
    expect(actionLabel('deleteRole')).toBe('Deleted a role');
    expect(actionLabel('doSomethingNew')).toBe('Do something new');
    expect(partLabel('profile.address_city')).toBe('City');
    expect(partLabel('constructor')).toBe('Constructor');
    expect(spelledOut('logo_url')).toBe('Logo url');
  });

  it('Come from the address each once', () => {
    const actionsIn = (query: string): readonly string[] =>
      filterIn(new URLSearchParams(query), new CalendarDate(2026, 11, 30)).actions;
    expect(actionsIn('')).toEqual([]);
    expect(actionsIn('actions=createRole,,deleteRole,createRole')).toEqual([
      'createRole',
      'deleteRole',
    ]);
  });
});
