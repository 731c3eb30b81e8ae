#!/bin/sh
# Creates the role that gateways and workers connect as, which owns nothing. PostgreSQL's image runs
# it once, when the database is made; banyan migrate grants what the role needs.
set -eu
psql --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" --set ON_ERROR_STOP=1 \
  --set password="$(cat /run/secrets/gateway-password)" <<'SQL'
create role banyan_gateway login password :'password';
SQL
