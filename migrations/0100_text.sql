-- Text as it is searched (docs/decisions/0004-search.md, docs/decisions/0026-typed-text.md).

-- The folded form in which text is searched: without characters that cannot be seen, in
-- compatibility form and full case folding, and with one letter for the four i of Turkish. The
-- collations are named so that every server folds the same way. ASCII, which is nearly everything,
-- takes a short way to the same result.
create function search_fold(value text) returns text
  language sql immutable parallel safe
  return case
    when octet_length(value) = length(value) then lower(value collate pg_c_utf8) collate "C"
    else
      replace(replace(
        normalize(casefold(normalize(casefold(normalize(
          -- Everything that Unicode calls ignorable by default.
          regexp_replace(
            value collate "C",
            U&'[\00AD\034F\061C\115F\1160\17B4\17B5\180B-\180F\200B-\200F\202A-\202E\2060-\206F'
              '\3164\FE00-\FE0F\FEFF\FFA0\FFF0-\FFF8\+01BCA0-\+01BCA3\+01D173-\+01D17A'
              '\+0E0000-\+0E0FFF]',
            '', 'g'),
        NFKC) collate pg_unicode_fast), NFKC) collate pg_unicode_fast), NFKC),
      U&'\0131', 'i'), U&'i\0307', 'i') collate "C"
  end;

-- The pieces of one, two and three characters of a text, which are what the search index holds for
-- a document. Unlike pg_trgm it keeps punctuation and short patterns, so that every literal pattern
-- can be answered from the index.
create function search_grams(value text) returns text[]
  language plpgsql immutable parallel safe strict
as $$
declare
  c text[] := string_to_array(value, null);
begin
  return c
    || array(select a || b from unnest(c, c[2:]) as g(a, b) where b is not null)
    || array(select a || b || d from unnest(c, c[2:], c[3:]) as g(a, b, d) where d is not null);
end $$;

-- The pieces that every document with the pattern must have: the pattern itself if it has up to
-- three characters, otherwise its pieces of three characters.
create function search_pattern_grams(pattern text) returns text[]
  language plpgsql immutable parallel safe strict
as $$
declare
  c text[] := string_to_array(pattern, null);
begin
  if cardinality(c) <= 3 then return array[pattern]; end if;
  return array(
    select distinct a || b || d from unnest(c, c[2:], c[3:]) as g(a, b, d) where d is not null
  );
end $$;
