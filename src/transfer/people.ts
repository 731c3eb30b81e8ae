/**
 * Which people of the target the people of a file are. People belong to no tree: a person who is
 * there already is found, and stays as they are.
 */
import type pg from 'pg';

/** Tells what contradicts, as sentences; none if everyone was found or is new. */
export async function matchPeople(client: pg.Client): Promise<string[]> {
  await client.query(`
    create temp table import_people on commit drop as
    with people as (
      select (i.row ->> 'id')::uuid as id, i.row ->> 'canonical_email' as email
      from import_rows i
      where i."table" = 'users'
    ),
    identities as (
      select (i.row ->> 'user_id')::uuid as id, i.row ->> 'issuer' as issuer, i.row ->> 'subject' as subject
      from import_rows i
      where i."table" = 'user_identities'
    ),
    found as (
      select p.id, u.id as target_id from people p join users u on u.id = p.id
      union
      select p.id, u.id from people p join users u on u.canonical_email = p.email
      union
      select n.id, t.user_id
      from identities n
      join user_identities t on t.issuer = n.issuer and t.subject = n.subject
    )
    select
      p.id as source_id,
      coalesce(f.target_id, p.id) as target_id,
      f.target_id is null as is_new,
      coalesce(p.email, p.id::text) as name,
      -- The same issuer knows them as somebody else.
      exists (
        select from identities n
        join user_identities t on t.issuer = n.issuer and t.user_id = f.target_id
        where n.id = p.id and t.subject <> n.subject
      ) as is_other
    from people p
    left join found f on f.id = p.id`);
  await client.query('create index on import_people (source_id)');
  await client.query('analyze import_people');
  const { rows } = await client.query<{ name: string }>(`
    select name from import_people where is_other
    union
    select min(name) from import_people group by source_id having count(*) > 1
    union
    select min(name) from import_people group by target_id having count(*) > 1
    order by 1 limit 6`);
  return rows.length === 0
    ? []
    : [
        `It cannot be told who these people are here, since their ids, addresses and identities lead to different accounts: ${rows.map(({ name }) => name).join(', ')}.`,
      ];
}
