-- The organizations that an operator made before 0202: those at the top whose audit log begins with
-- a command. There is one per bootstrap and per seeded tree, so few rows are locked; the others are
-- read by index and stay as they are.
alter table organizations validate constraint organizations_source;

update organizations o set source = 'OPERATOR'
where o.parent_id is null and o.source is null and (
  select e.actor_kind from audit_events e where e.organization_id = o.id order by e.id limit 1
) = 'OPERATOR';
