-- Counters of rate and cost budgets that several gateways share (RATE_LIMITS=postgres; docs/decisions/0023-budgets.md).
-- The columns are those of the library rate-limiter-flexible. Unlogged: a counter may be forgotten in a crash.
create unlogged table rate_budgets (
  -- The budget and what it is counted for, e.g. credentialRequests:ak:019a….
  key varchar(255) primary key,
  points integer not null default 0,
  -- End of the window, in milliseconds since 1970.
  expire bigint
) with (fillfactor = 50);
create index rate_budgets_expire on rate_budgets (expire);
