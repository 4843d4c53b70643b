#!/usr/bin/env bash
# A PostgreSQL of FaceMix's own: the distribution's program, a data folder and a port given by the caller,
# loopback and a socket folder of its own. No other cluster of the machine is looked at or touched.
#
#   postgres.sh start FOLDER PORT [SETTING=VALUE ...]   idempotent; makes the cluster, role, database and extension
#   postgres.sh stop FOLDER PORT
#   postgres.sh status FOLDER PORT                      exit code 0 when it runs and answers, 3 when not
#   postgres.sh connection FOLDER PORT                  prints the connection string for Npgsql
#   postgres.sh id FOLDER PORT                          prints a number that is another one in another cluster
#
# FOLDER holds the password file and, where the server's user can reach it, the cluster. The server logs to
# $POSTGRES_LOG (FOLDER/server.log).
set -euo pipefail

OLDEST_VERSION=15
ROLE=facemix
DATABASE=facemix

die() { echo "postgres.sh: $1" >&2; exit 1; }

# PostgreSQL refuses to run as root, so for root it runs as the user that its package made.
as_server() {
  if ((EUID == 0)); then (cd / && exec runuser -u postgres -- "$@"); else (cd / && exec "$@"); fi
}

# The newest installed version, or the one that the cluster was made with.
programs() {
  local version
  if [[ -e $CLUSTER/data/PG_VERSION ]] || as_server test -e "$CLUSTER/data/PG_VERSION" 2>/dev/null; then
    version=$(cat "$CLUSTER/data/PG_VERSION")
    [[ -x /usr/lib/postgresql/$version/bin/postgres ]] ||
      die "$CLUSTER was made by PostgreSQL $version, which is no longer installed. Install postgresql-$version, or remove that folder to begin anew."
  else
    version=$(ls /usr/lib/postgresql 2>/dev/null | sort -V | tail -n 1)
    [[ -n $version ]] && ((version >= OLDEST_VERSION)) ||
      die "PostgreSQL $OLDEST_VERSION or later is not installed. Install the package postgresql."
  fi
  echo "/usr/lib/postgresql/$version/bin"
}

# Where the cluster lies: in FOLDER, unless root's checkout is closed to the server's user.
place_cluster() {
  local hash
  if [[ -e $FOLDER/elsewhere ]]; then CLUSTER=$(<"$FOLDER/elsewhere"); return; fi
  CLUSTER=$FOLDER/cluster
  ((EUID == 0)) || return 0
  id postgres >/dev/null 2>&1 || die "there is no user 'postgres'. Install the package postgresql."
  as_server test -x "$FOLDER" && return
  hash=$(printf %s "$FOLDER" | sha256sum | cut -c 1-12)
  CLUSTER=/var/lib/facemix/postgres-$hash
  mkdir -p /var/lib/facemix
  chmod 755 /var/lib/facemix
  echo "$CLUSTER" >"$FOLDER/elsewhere"
}

# A socket's path has room for 107 bytes; a deep folder gets a short one beside it.
place_socket() {
  SOCKET=$CLUSTER/socket
  ((${#SOCKET} <= 80)) || SOCKET=/tmp/facemix-$(printf %s "$CLUSTER" | sha256sum | cut -c 1-12)
}

server_user() { if ((EUID == 0)); then echo postgres; else id -un; fi; }

make_cluster() {
  local bin=$1
  [[ ! -e $CLUSTER/data/PG_VERSION ]] || return 0
  install -d -m 700 -o "$(server_user)" "$CLUSTER"
  # Made under another name first: a run that is interrupted leaves no half cluster behind.
  rm -rf "$CLUSTER/new"
  as_server "$bin/initdb" --pgdata="$CLUSTER/new" --username="$(server_user)" --auth=reject \
    --encoding=UTF8 --locale=C.UTF-8 --data-checksums --no-instructions >/dev/null
  as_server mv "$CLUSTER/new" "$CLUSTER/data"
}

# The superuser comes in through the socket only, as the user that runs the server; FaceMix's role by password.
write_access() {
  as_server tee "$CLUSTER/data/pg_hba.conf" >/dev/null <<TEXT
local all $(server_user) peer
host $DATABASE $ROLE 127.0.0.1/32 scram-sha-256
TEXT
}

# Statements are never logged: they hold latents, and those of photographed faces are personal data.
write_settings() {
  {
    echo "listen_addresses = '127.0.0.1'"
    echo "port = $PORT"
    echo "unix_socket_directories = '${SOCKET//\'/\'\'}'"
    echo "unix_socket_permissions = 0700"
    echo "max_connections = 60"
    echo "shared_buffers = '256MB'"
    echo "dynamic_shared_memory_type = posix"
    echo "jit = off"
    echo "logging_collector = off"
    echo "log_statement = 'none'"
    echo "log_min_error_statement = 'panic'"
    echo "log_parameter_max_length_on_error = 0"
    local setting
    for setting in "$@"; do echo "${setting%%=*} = '${setting#*=}'"; done
  } | as_server tee "$CLUSTER/data/facemix.conf" >/dev/null
  as_server grep -q "^include 'facemix.conf'" "$CLUSTER/data/postgresql.conf" ||
    echo "include 'facemix.conf'" | as_server tee -a "$CLUSTER/data/postgresql.conf" >/dev/null
}

password() {
  local file=$FOLDER/passfile
  [[ -s $file ]] || (
    umask 077
    echo "*:*:$DATABASE:$ROLE:$(od -An -N 24 -tx1 /dev/urandom | tr -d ' \n')" >"$file"
  )
  cut -d : -f 5 "$file"
}

sql() { as_server "$1/psql" -X -q -v ON_ERROR_STOP=1 -h "$SOCKET" -p "$PORT" -U "$(server_user)" -d "$2"; }

make_database() {
  local bin=$1
  PASSWORD=$(password) sql "$bin" postgres <<TEXT
\\getenv password PASSWORD
SELECT 'CREATE ROLE $ROLE LOGIN' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '$ROLE') \\gexec
ALTER ROLE $ROLE PASSWORD :'password';
SELECT 'CREATE DATABASE $DATABASE OWNER $ROLE' WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = '$DATABASE') \\gexec
TEXT
  echo "SET client_min_messages = warning; CREATE EXTENSION IF NOT EXISTS vector;" | sql "$bin" "$DATABASE" ||
    die "PostgreSQL runs but has no pgvector. Run deploy/local/pgvector.sh install."
}

running() {
  [[ -n $CLUSTER ]] && as_server "$1/pg_ctl" status -D "$CLUSTER/data" >/dev/null 2>&1 &&
    as_server "$1/pg_isready" -q -t 2 -h "$SOCKET" -p "$PORT"
}

start() {
  local bin log=${POSTGRES_LOG:-$FOLDER/server.log}
  mkdir -p "$FOLDER"
  place_cluster
  place_socket
  bin=$(programs)
  if ! running "$bin"; then
    if as_server "$bin/pg_ctl" status -D "$CLUSTER/data" >/dev/null 2>&1; then stop; fi
    if (exec 3<>"/dev/tcp/127.0.0.1/$PORT") 2>/dev/null; then
      die "another program listens on port $PORT. Stop it, or choose another port (FACEMIX_POSTGRES_PORT for ./facemix)."
    fi
    make_cluster "$bin"
    install -d -m 700 -o "$(server_user)" "$SOCKET"
    write_access
    write_settings "$@"
    # Opened here, so that the log may lie where the server's user cannot go.
    as_server "$bin/pg_ctl" start -w -t 60 -D "$CLUSTER/data" </dev/null >>"$log" 2>&1 ||
      { tail -n 15 "$log" >&2; die "PostgreSQL did not start; its log is $log."; }
  fi
  make_database "$bin"
}

stop() {
  local bin
  bin=$(programs)
  as_server "$bin/pg_ctl" status -D "$CLUSTER/data" >/dev/null 2>&1 || return 0
  as_server "$bin/pg_ctl" stop -m fast -w -t 60 -D "$CLUSTER/data" >/dev/null
}

(($# >= 3)) || { sed -n '2,/^set/s/^# \{0,1\}//p' "$0" >&2; exit 2; }
verb=$1
FOLDER=$(realpath -m "$2")
PORT=$3
shift 3
[[ $PORT =~ ^[0-9]+$ ]] || die "the port is '$PORT', not a number."

CLUSTER=
[[ $verb == start ]] || [[ ! -d $FOLDER ]] || { place_cluster; place_socket; }
case "$verb" in
  start) start "$@" ;;
  stop) [[ -z $CLUSTER ]] || ! as_server test -e "$CLUSTER/data/PG_VERSION" || stop ;;
  status)
    if [[ -n $CLUSTER ]] && as_server test -e "$CLUSTER/data/PG_VERSION" && running "$(programs)"; then
      echo "PostgreSQL runs on port $PORT; its cluster is $CLUSTER."
    else
      echo "PostgreSQL does not run in $FOLDER."
      exit 3
    fi
    ;;
  connection) echo "Host=127.0.0.1;Port=$PORT;Username=$ROLE;Database=$DATABASE;Passfile=$FOLDER/passfile" ;;
  id) as_server "$(programs)/pg_controldata" -D "$CLUSTER/data" | sed -n 's/^Database system identifier: *//p' ;;
  *) die "'$verb' is none of start, stop, status, connection, id." ;;
esac
