#!/bin/sh
# Makes random passwords for the two roles of the database, and the addresses with them, as files in
# the folder `secrets` beside this script, or in the folder that is named. What is there is kept.
set -eu
folder=${1:-$(cd "$(dirname "$0")" && pwd)/secrets}
mkdir -p "$folder"
# The folder keeps others out. The files can be read by the account in the containers, which is not
# the one that made them.
chmod 700 "$folder"
umask 022
for role in owner gateway; do
  if [ ! -s "$folder/$role-password" ]; then
    od -An -tx1 -N24 /dev/urandom | tr -d ' \n' >"$folder/$role-password"
  fi
done
address() { echo "postgres://$1:$(cat "$folder/$2-password")@database/banyan"; }
address banyan_gateway gateway >"$folder/database-url"
address banyan owner >"$folder/database-migration-url"
