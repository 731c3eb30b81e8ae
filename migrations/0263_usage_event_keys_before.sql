-- The table that was replaced, if it was. Its foreign key locks organizations for a moment, so it is
-- a file of its own.
select partition_usage_event_keys(1)
where to_regclass('usage_event_keys_partitioned') is null;
