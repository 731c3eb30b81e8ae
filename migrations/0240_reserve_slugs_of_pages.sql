-- Two more words that nobody may take, beside `signin` and `auth`: pages of the platform are called so.
-- Organizations that have them keep them.

insert into reserved_slugs (slug) values ('callback'), ('sign-in') on conflict do nothing;
