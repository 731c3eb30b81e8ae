-- A database with few ids is done with at once. One with more is left to the worker, which copies
-- them while gateways of this version and of the one before record.
do $$
declare
  rows_at_once constant integer := 2000;
  few constant integer := 100000;
begin
  if (select count(*) from (select from usage_event_keys limit few + 1) as counted) > few then
    return;
  end if;
  while to_regclass('usage_event_keys_partitioned') is not null loop
    perform partition_usage_event_keys(rows_at_once);
  end loop;
end $$;
