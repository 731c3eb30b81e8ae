-- Organizations that were moved before 0243, as the audit log tells. They are few, and the others stay
-- as they are.
update organizations o set partner_since = moved.at
from (
  select organization_id, max(at) as at from audit_events
  where action = 'moveOrganization' and refusal is null
  group by organization_id
) as moved
where o.id = moved.organization_id and o.partner_since is null;
