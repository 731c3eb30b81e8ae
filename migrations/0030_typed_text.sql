-- Text as people type it: one normal form for what is shown (NFC), one folded form for what is searched
-- (docs/decisions/0026-typed-text.md).

-- Writers wait while this migration looks for what changes; readers do not. Rather than let them wait behind a long
-- transaction, it gives up and can be run again.
set local lock_timeout = '10s';
lock table organizations, users in share row exclusive mode;

-- What a text is searched by: without what cannot be seen, in compatibility form and full case folding, and with one
-- letter for the four i of Turkish. The collations are named so that every server folds the same way. ASCII, which is
-- nearly everything, takes the short way to the same end.
create or replace function search_fold(value text) returns text
  language sql immutable parallel safe
  return case when octet_length(value) = length(value) then lower(value collate pg_c_utf8) collate "C" else
    replace(replace(
      normalize(casefold(normalize(casefold(normalize(
        -- Everything that Unicode calls ignorable by default.
        regexp_replace(value collate "C",
          U&'[\00AD\034F\061C\115F\1160\17B4\17B5\180B-\180F\200B-\200F\202A-\202E\2060-\206F\3164\FE00-\FE0F\FEFF\FFA0\FFF0-\FFF8\+01BCA0-\+01BCA3\+01D173-\+01D17A\+0E0000-\+0E0FFF]',
          '', 'g'),
      NFKC) collate pg_unicode_fast), NFKC) collate pg_unicode_fast), NFKC),
    U&'\0131', 'i'), U&'i\0307', 'i') collate "C"
  end;

-- Names and notes from before in the form in which they are stored now. A text that would no longer fit stays as it is.
-- Setting a name writes what is derived from it, the search documents too, whose fold changes though the name does not.
update organizations o
set name = case when length(normalize(o.name, NFC)) <= 200 then normalize(o.name, NFC) else o.name end
where (octet_length(o.name) <> length(o.name) or octet_length(o.search_text) <> length(o.search_text))
  and (o.name is not nfc normalized or o.search_text
    <> search_fold(o.slug || e'\x1f' || organization_public_id(o.id) || e'\x1f' || o.name || e'\x1f' || coalesce(o.domain, '')));

update users u
set name = case when length(normalize(u.name, NFC)) <= 200 then normalize(u.name, NFC) else u.name end
where (octet_length(u.name) <> length(u.name) or octet_length(u.search_text) <> length(u.search_text))
  and (u.name is not nfc normalized or u.search_text <> search_fold(u.email || e'\x1f' || coalesce(u.name, '')));

update roles set name = normalize(name, NFC), description = normalize(description, NFC)
where name is not nfc normalized or description is not nfc normalized;

update api_keys set name = normalize(name, NFC) where name is not nfc normalized and length(normalize(name, NFC)) <= 100;

update personal_access_tokens set name = normalize(name, NFC)
where name is not nfc normalized and length(normalize(name, NFC)) <= 100;

update organization_profiles
set address_line1 = normalize(address_line1, NFC), address_line2 = normalize(address_line2, NFC), address_city = normalize(address_city, NFC),
  address_state = normalize(address_state, NFC), address_zip = normalize(address_zip, NFC)
where concat_ws(' ', address_line1, address_line2, address_city, address_state, address_zip) is not nfc normalized;

-- Of two accounts that differ in their form only, one keeps its own.
update external_accounts a set account_id = normalize(a.account_id, NFC)
where a.account_id is not nfc normalized and length(normalize(a.account_id, NFC)) <= 255
  and not exists (
    select from external_accounts other
    where other.system = a.system and other.id <> a.id and normalize(other.account_id, NFC) = normalize(a.account_id, NFC)
  );

update usage_metrics set name = normalize(name, NFC), unit = normalize(unit, NFC), description = normalize(description, NFC)
where name is not nfc normalized or unit is not nfc normalized or description is not nfc normalized;
