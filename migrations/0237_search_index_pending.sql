-- New search documents enter the index in batches (docs/decisions/0039-search-index-in-batches.md).
-- One document is some 220 entries; put in their places one by one, they were four fifths of what
-- creating an organization writes into the log. Now they are appended to the index's list of pending
-- entries, which every search looks through, and a worker puts many in their places at once. Whoever
-- lets the list grow beyond 4 MB, some 1,300 documents, does that itself.
alter index search_documents_search set (fastupdate = on, gin_pending_list_limit = 4096);

-- Puts the pending entries of the search index in their places, and returns the number of pages that
-- they had. With the rights of the owner, whom the index belongs to.
create function settle_search_index() returns bigint
  language sql volatile security definer
  set search_path = public, pg_temp
as $$
  select gin_clean_pending_list('search_documents_search'::regclass)
$$;
revoke execute on function settle_search_index() from public;
