-- Tree order of the organizations that are not active, of which there are few: a page of the
-- suspended ones far below is read without what lies between them. On a large platform, build it
-- beforehand with `create index concurrently`, because writers wait while it is built.
create index if not exists organizations_by_status
  on organizations (status, path) where status <> 'ACTIVE';
