/**
 * The parts of the peers' statements that take more than joins, written by hand once: the raw servers put them into their
 * statements, PostGraphile and the idiomatic server call them as functions. `o` is a row of organizations, under
 * a name that the fragment does not use itself; all arguments are expressions of SQL.
 */

/** Whether the organization with this alias is `o` or below it, and not deleted. */
const isWithin = (alias: string, o: string): string =>
  `${alias}.path >= ${o}.path and ${alias}.path < subtree_end(${o}.path) and ${alias}.deleted_at is null`;

/** Columns of a row of `searchRows`. */
export const HIT_COLUMNS = 'id, slug, depth, path, matched_on';

/** In the subtree, the next organizations in tree order that are looked through before the index is asked. */
const PROBE_ROWS = 1_000;
/** Of these, in how many the pieces of the text are counted, and how many pieces the index is asked for. */
const SAMPLE_ROWS = 50;
const GRAMS_MAX = 3;

/**
 * A page of the organizations below `o` that contain the text, in tree order. The next organizations are looked through
 * first, which fills a page for a common word; only if it does not, the index over subtree and text is asked.
 */
export function searchRows(o: string, search: string, limit: string): string {
  const contains = (field: string, name: string): string =>
    `case when strpos(${field}, page.pattern) > 0 then '${name}' end`;
  return `
    with page as materialized (
      select ${o}.id as root, ${o}.path as low, subtree_end(${o}.path) as high, search_fold(${search}) as pattern,
        search_pattern_grams(search_fold(${search})) as grams
    ),
    probe as materialized (
      select p.id, p.path, p.search_text, p.hit from page cross join lateral (
        select w.id, w.path, w.search_text, strpos(w.search_text, page.pattern) > 0 and w.deleted_at is null as hit from organizations w
        where w.path > page.low and w.path < page.high order by w.path limit ${PROBE_ROWS}
      ) as p
    ),
    near as materialized (select id, path from probe where hit order by path limit ${limit}),
    edge as materialized (
      select max(path) as path, count(*) = ${PROBE_ROWS} and (select count(*) from near) < ${limit} as is_short from probe
    ),
    rare as materialized (
      -- The pieces of the text that are rarest nearby: asking the index for all of them would take longer.
      select array_agg(gram) as grams from (
        select gram from page cross join unnest(page.grams) as gram
        order by (
          select count(*) from (select probe.search_text from probe limit ${SAMPLE_ROWS}) as sample
          where strpos(sample.search_text, gram) > 0
        )
        limit ${GRAMS_MAX}
      ) as rarest
    ),
    far as materialized (
      select f.id, f.path from edge cross join page cross join lateral (
        select w.id, w.path from search_documents d join organizations w on w.id = d.organization_id
        where d.lineage @> array[page.root] and search_grams(d.text) @> (select rare.grams from rare) and strpos(d.text, page.pattern) > 0
          and w.path > edge.path and w.path < page.high and w.deleted_at is null
        order by w.path limit ${limit}
      ) as f
      where edge.is_short
    ),
    match as materialized (select * from near union all select * from far order by path limit ${limit})
    select w.id, w.slug, w.depth - ${o}.depth as depth,
      (select string_agg(a.slug, ' › ' order by a.depth) from organizations a where a.id = any (w.lineage[${o}.depth + 1 :])) as path,
      array_remove(array[
        ${contains('w.slug', 'SLUG')}, ${contains(`organization_public_id(w.id)`, 'ID')},
        ${contains(`split_part(w.search_text, e'\\x1f', 3)`, 'NAME')}, ${contains(`split_part(w.search_text, e'\\x1f', 4)`, 'DOMAIN')}
      ], null) as matched_on
    from match cross join page join organizations w on w.id = match.id
    order by w.path`;
}

/** What a metric's usage of `o` and everything below it is made of, by day: `day` and `quantity`. */
function usageParts(o: string, metric: string, from: string, to: string): string {
  return `
    with member as materialized (select m.id, m.whole from usage_members(${o}.id, ${o}.path) as m),
    slot as materialized (select m.slot from usage_metrics m where m.key = ${metric})
    select t.starts_at as day, (case when member.whole then t.subtree else t.own end)[(select slot from slot)] as quantity
    from member join usage_totals t
      on t.organization_id = member.id and t.grain = 'DAY' and t.starts_at >= ${from} and t.starts_at < ${to}
    union all
    select date_trunc('day', t.hour, 'UTC'), case when member.whole then t.subtree else t.own end
    from member join usage_tail t
      on t.organization_id = member.id and t.slot = (select slot from slot) and t.hour >= ${from} and t.hour < ${to}`;
}

/** The usage of `o` and everything below it on each day of a window of whole days: `day` and `value`. */
export function dailyUsage(o: string, metric: string, from: string, to: string): string {
  return `
    with sums as materialized (
      select p.day, sum(p.quantity) as total from (${usageParts(o, metric, from, to)}) as p group by p.day
    )
    select d.day, trim_scale(coalesce(sums.total, 0))::text as value
    from generate_series(${from}, ${to} - interval '1 day', interval '1 day', 'UTC') as d (day) left join sums on sums.day = d.day
    order by d.day`;
}

/** The usage of `o` and everything below it in a window of whole days, as text. */
export function totalUsage(o: string, metric: string, from: string, to: string): string {
  return `select trim_scale(coalesce(sum(p.quantity), 0))::text from (${usageParts(o, metric, from, to)}) as p`;
}

/** The first people of `o` and everything below it, each at the first of their organizations in tree order, as rows of users. */
export function peopleRows(o: string, limit: string): string {
  return `
    select u.* from (
      select w.path, m.user_id from organizations w join memberships m on m.organization_id = w.id
      where ${isWithin('w', o)} and not exists (
        select from memberships e join organizations p on p.id = e.organization_id
        where e.user_id = m.user_id and p.path < w.path and ${isWithin('p', o)}
      )
      order by w.path, m.user_id limit ${limit}
    ) as f join users u on u.id = f.user_id order by f.path, f.user_id`;
}

/** The first memberships of a user in an organization and below it. */
export function membershipsWithin(user: string, root: string, limit: string): string {
  return `
    select m.* from memberships m join organizations w on w.id = m.organization_id
    where m.user_id = ${user} and ${root} = any (w.lineage) and w.deleted_at is null order by m.id limit ${limit}`;
}

/** The roles of a membership. */
export function rolesOf(membership: string): string {
  return `
    select r.* from membership_roles mr join roles r on r.id = mr.role_id
    where mr.membership_id = ${membership} order by r.built_in desc, r.key, r.id`;
}

/** The latest audit events of an organization. */
export function auditRows(organization: string, limit: string): string {
  return `select e.* from audit_events e where e.organization_id = ${organization} order by e.id desc limit ${limit}`;
}

/** How many invitations to an organization can be accepted. */
export function openInvitations(organization: string): string {
  return `
    select count(*)::integer from invitations i
    where i.organization_id = ${organization} and i.status = 'PENDING' and i.expires_at > now()`;
}
