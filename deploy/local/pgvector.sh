#!/usr/bin/env bash
# pgvector for the installed PostgreSQL: the distribution's package where it has one, otherwise built from the
# source package of a newer Debian. What apt needs for that lies in a folder of its own; the machine's
# package sources stay as they are.
#
#   pgvector.sh check      exit code 0 when the extension is there
#   pgvector.sh install    idempotent
set -euo pipefail

SOURCE_SUITE=trixie
KEYRING=/usr/share/keyrings/debian-archive-keyring.gpg

die() { echo "pgvector.sh: $1" >&2; exit 1; }

as_root() { if ((EUID == 0)); then "$@"; else sudo "$@"; fi; }

# The version whose server FaceMix starts: the newest installed.
server_version() { ls /usr/lib/postgresql 2>/dev/null | sort -V | tail -n 1; }

is_installed() { [[ -n $VERSION && -e /usr/share/postgresql/$VERSION/extension/vector.control ]]; }

has_package() { [[ -n $(apt-cache madison "postgresql-$VERSION-pgvector" 2>/dev/null) ]]; }

# The address this machine fetches Debian from.
debian_address() {
  apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Origin: Debian' 'Label: Debian' | head -n 1
}

fetch_source() {
  local folder=$1 address
  address=$(debian_address)
  [[ -n $address ]] || die "apt has no Debian source configured, and PostgreSQL $VERSION has no package of pgvector here. Install pgvector yourself (https://github.com/pgvector/pgvector)."
  mkdir -p "$folder"/{lists/partial,cache/archives/partial}
  echo "deb-src [signed-by=$KEYRING] $address $SOURCE_SUITE main" >"$folder/sources.list"
  local apt=(apt-get -qq
    -o Dir::Etc::sourcelist="$folder/sources.list" -o Dir::Etc::sourceparts=-
    -o Dir::State::lists="$folder/lists" -o Dir::Cache="$folder/cache"
    -o APT::Sandbox::User="$(id -un)" -o Acquire::Languages=none)
  "${apt[@]}" update
  (cd "$folder" && "${apt[@]}" source --download-only pgvector)
  # apt has compared the files with Debian's signed list; the uploader's own signature needs another keyring.
  dpkg-source --no-check -x "$folder"/pgvector_*.dsc "$folder/source" >/dev/null
}

build() {
  local config=/usr/lib/postgresql/$VERSION/bin/pg_config
  [[ -x $config ]] || die "the headers of PostgreSQL $VERSION are missing. Install postgresql-server-dev-$VERSION."
  fetch_source "$WORK"
  # No -march=native: pgvector chooses its fast paths when it runs, and the files may move to another machine.
  make -C "$WORK/source" -j "$(nproc)" PG_CONFIG="$config" OPTFLAGS= with_llvm=no
  as_root make -C "$WORK/source" install PG_CONFIG="$config" OPTFLAGS= with_llvm=no
}

VERSION=$(server_version)
WORK=$(mktemp -d)
trap 'rm -rf "$WORK"' EXIT
case "${1:-}" in
  check) is_installed ;;
  install)
    is_installed && exit 0
    [[ -n $VERSION ]] || die "PostgreSQL is not installed. Install the package postgresql."
    if has_package; then
      as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "postgresql-$VERSION-pgvector"
    else
      build
    fi
    is_installed || die "the installation ended, but the extension is not there."
    ;;
  *) sed -n '2,/^set/s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
esac
