-- Documents that clients registered, so that a request can name one by its hash instead of sending it.
create table trusted_documents (
  -- SHA-256 of the document.
  hash bytea not null,
  -- Whose document it is; the same one may be registered by several clients.
  client text collate "C" not null constraint trusted_documents_client_form check (client ~ '^[a-z0-9][a-z0-9._-]{0,62}$'),
  document text not null constraint trusted_documents_size check (octet_length(document) between 1 and 100000),
  added_at timestamptz not null default now(),
  primary key (hash, client),
  -- Whatever registers a document: nothing is ever answered under a hash that is not its own.
  constraint trusted_documents_hash check (hash = sha256(convert_to(document, 'UTF8')))
);
create index trusted_documents_by_client on trusted_documents (client);
