-- People to talk to about an organization. They need not be users or members.
create table contacts (
  id uuid primary key default uuidv7(),
  organization_id uuid not null references organizations (id) on delete cascade,
  kind text not null
    constraint contacts_kind check (kind in ('GENERAL', 'BILLING', 'TECHNICAL')),
  name text not null constraint contacts_name_form check (length(name) between 1 and 200),
  -- In the form for comparing (docs/decisions/0026-typed-text.md).
  email text collate "C" not null
    constraint contacts_email_form check (length(email) between 3 and 255),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint contacts_once unique (organization_id, kind, email)
);
