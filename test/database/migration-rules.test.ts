import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { knownMigrations, MIGRATIONS } from '../../src/database/migrate.ts';
import { brokenRules } from './migration-rules.ts';

/** The baseline runs on new databases only, where no gateway serves. */
const FIRST_WITH_RULES = '0200';

describe('A migration that runs while gateways serve', () => {
  it('locks one table, leaves the version before what it uses, and does not wait longer than it may', async () => {
    const names = (await knownMigrations()).filter((name) => name >= FIRST_WITH_RULES);
    const broken = names.map(
      async (name) =>
        [name, brokenRules(await readFile(new URL(`${name}.sql`, MIGRATIONS), 'utf8'))] as const,
    );
    expect((await Promise.all(broken)).filter(([, rules]) => rules.length > 0)).toEqual([]);
  });

  it.each([
    [
      'alter table users add column a text; create index users_by_a on users (a); -- drop table b',
      0,
    ],
    [
      'create table a (id uuid references users (id)); create index a_by_id on a (id); alter table users add column b text',
      0,
    ],
    ['alter table users add column a text; alter table organizations add column a text', 1],
    [
      'create index on users (name); create trigger t after insert on organizations for each row execute function f()',
      1,
    ],
    ['lock table organizations, users in share row exclusive mode', 1],
    ['alter table users drop column name', 1],
    ['alter table users rename column name to label', 1],
    ['alter table users alter column name type varchar(9)', 1],
    ['-- Contract: 0.3.0 reads label.\nalter table users drop column name', 0],
    ["set local lock_timeout = '10s'", 1],
    ['create function f() returns void language sql as $$ drop table users $$', 0],
  ])('is told what it breaks: %s', (text, count) => {
    expect(brokenRules(text)).toHaveLength(count);
  });
});
