-- Tree order of the organizations of one kind: a page of the resellers far below is read without what lies between them.
-- On a large platform an operator makes it beforehand, with "concurrently"; writers wait while it is made here.
create index if not exists organizations_by_kind on organizations (kind, path);
