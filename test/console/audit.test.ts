import { parseDate } from '@internationalized/date';
import { describe, expect, it } from 'vitest';
import {
  changeFilter,
  filterIn,
  isFiltered,
  NO_FILTER,
  variablesOf,
} from '../../console/src/audit/filter.ts';

const NOW = parseDate('2026-03-31');
const PERSON = `usr_${'0'.repeat(32)}`;
const OBJECT = `role_${'a'.repeat(32)}`;
const read = (query: string) => filterIn(new URLSearchParams(query), NOW);

describe('The filter of the audit log', () => {
  it('Is read from the address and written to it, beside what else is there', () => {
    const query = `reach=tree&actions=addMember%2CcreateRole&from=2026-03-01&to=2026-03-31&person=${PERSON}&object=${OBJECT}`;
    const filter = read(query);
    expect(filter).toMatchObject({
      actions: ['addMember', 'createRole'],
      person: PERSON,
      object: OBJECT,
    });
    expect(changeFilter(new URLSearchParams('reach=tree'), filter).toString()).toBe(query);
    expect(changeFilter(new URLSearchParams(query), NO_FILTER).toString()).toBe('reach=tree');
  });

  it('Changes one part and leaves the others', () => {
    const before = new URLSearchParams(`from=2026-03-01&to=2026-03-02&actions=addMember`);
    const change = { person: PERSON };
    expect(changeFilter(before, change).toString()).toBe(`${before.toString()}&person=${PERSON}`);
    expect(changeFilter(before, { days: undefined }).toString()).toBe('actions=addMember');
  });

  it.each([
    'actions=,,',
    'person=ada@example.com',
    `person=${OBJECT}`,
    'object=%22',
    'from=2026-03-01',
    'from=2026-03-02&to=2026-03-01',
    'from=2026-04-01&to=2026-04-02',
    'from=yesterday&to=today',
  ])('Leaves out what an address says wrongly: %s', (query) => {
    expect(isFiltered(read(query))).toBe(false);
  });

  it('Asks for at most 50 actions, each once', () => {
    const many = Array.from({ length: 60 }, (_, index) => `action${index}`);
    expect(read(`actions=addMember,addMember,${many.join(',')}`).actions).toEqual([
      'addMember',
      ...many.slice(0, 49),
    ]);
  });

  it('Asks for whole days of the time zone of the reader', () => {
    const filter = read('from=2026-03-29&to=2026-03-29');
    expect(variablesOf(filter, 'Europe/Berlin')).toMatchObject({
      from: '2026-03-28T23:00:00.000Z',
      to: '2026-03-29T22:00:00.000Z',
      actor: null,
      hasPerson: false,
    });
  });
});
