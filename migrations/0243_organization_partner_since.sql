-- When an organization came below the one above it. Null for one that was never moved: that is since
-- its creation. So nothing is written for organizations of before, nor for new ones.
alter table organizations add column partner_since timestamptz;
comment on column organizations.partner_since is
  'When it was moved below its parent; null if it was created there.';

-- Moves of this version and of the one before.
create function organizations_keep_partner_since() returns trigger
  language plpgsql
as $$
begin
  new.partner_since := now();
  return new;
end $$;

create trigger organizations_keep_partner_since
  before update of parent_id on organizations
  for each row when (old.parent_id is distinct from new.parent_id)
  execute function organizations_keep_partner_since();
