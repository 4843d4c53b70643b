#!/usr/bin/env bash
# pgvector for the installed PostgreSQL: the distribution's package where it has one, otherwise built from the
# source package of a newer Debian, with a C compiler that it installs for that. What apt needs for the source lies in a
# folder of its own; the machine's package sources stay as they are.
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

# pgvector's source into FOLDER/source.
fetch_source() {
  local folder=$1 address
  address=$(debian_address)
  [[ -n $address ]] || die "apt has no Debian source configured, and PostgreSQL $VERSION has no package of pgvector here. Install pgvector yourself (https://github.com/pgvector/pgvector)."
  mkdir -p "$folder"/{lists/partial,cache/archives/partial,source}
  echo "deb-src [signed-by=$KEYRING] $address $SOURCE_SUITE main" >"$folder/sources.list"
  local apt=(apt-get -qq
    -o Dir::Etc::sourcelist="$folder/sources.list" -o Dir::Etc::sourceparts=-
    -o Dir::State::lists="$folder/lists" -o Dir::Cache="$folder/cache"
    -o APT::Sandbox::User="$(id -un)" -o Acquire::Languages=none)
  "${apt[@]}" update
  # apt compares what it downloads with Debian's signed list.
  (cd "$folder" && "${apt[@]}" source --download-only pgvector)
  tar -C "$folder/source" --strip-components=1 -xf "$folder"/pgvector_*.orig.tar.*
}

# The server's headers into FOLDER: the package that holds them would bring clang and LLVM when it is installed.
fetch_headers() {
  (cd "$1" && apt-get -qq -o APT::Sandbox::User="$(id -un)" download "postgresql-server-dev-$VERSION")
  dpkg-deb -x "$1"/postgresql-server-dev-*.deb "$1/headers"
}

install_packages() { as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@"; }

build() {
  install_packages gcc libc6-dev make
  fetch_source "$WORK"
  fetch_headers "$WORK"
  # No -march=native: pgvector chooses its fast paths when it runs, and the files may move to another machine.
  local make=(make -C "$WORK/source" PG_CONFIG="/usr/lib/postgresql/$VERSION/bin/pg_config" OPTFLAGS= with_llvm=no
    includedir_server="$WORK/headers/usr/include/postgresql/$VERSION/server")
  "${make[@]}" -j "$(nproc)"
  as_root "${make[@]}" install
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
      install_packages "postgresql-$VERSION-pgvector"
    else
      build
    fi
    is_installed || die "the installation ended, but the extension is not there."
    ;;
  *) sed -n '2,/^set/s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
esac
