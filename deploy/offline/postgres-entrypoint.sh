#!/bin/sh
# The container's program: makes the cluster that POSTGRES_USER, POSTGRES_PASSWORD and POSTGRES_DB ask for when there is
# none, as PostgreSQL's usual images do, and runs the server with the arguments given.
set -eu
data=/var/lib/postgresql/data
if [ ! -e $data/PG_VERSION ]; then
  umask 077
  echo "$POSTGRES_PASSWORD" >/tmp/password
  initdb --pgdata=$data --username="$POSTGRES_USER" --pwfile=/tmp/password --auth-host=scram-sha-256 --auth-local=peer \
    --encoding=UTF8 --locale=C.UTF-8 --no-instructions
  rm /tmp/password
  echo "host all all all scram-sha-256" >>$data/pg_hba.conf
  echo "CREATE DATABASE \"$POSTGRES_DB\"" | postgres --single -D $data postgres
fi
exec postgres -D $data -c listen_addresses='*' "$@"
