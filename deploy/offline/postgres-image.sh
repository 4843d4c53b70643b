#!/usr/bin/env bash
# An image of PostgreSQL with pgvector for the tests, made of Debian's packages alone, for where no registry of images can
# be reached.
#
#   postgres-image.sh build           makes the image, in the engine that runs
#   postgres-image.sh start FOLDER    prints what Testcontainers needs in the environment, or says why there is nothing to use
#   postgres-image.sh stop            stops the engine if it was started here
#
# In CI, start brings an engine up where none runs (FOLDER keeps its data) and makes the image where it is missing; on a
# desk it only uses what is there.
set -euo pipefail

SUITE=trixie
VERSION=17
IMAGE=facemix-postgres:$VERSION
RUN=/run/facemix-docker

die() { echo "$1" >&2; exit 1; }

# Touches neither the firewall's rules nor forwarding: docker-proxy passes published ports on.
start_engine() {
  command -v dockerd >/dev/null || die "docker.io is not installed"
  ((EUID == 0)) || die "starting a container engine needs root"
  mkdir -p "$RUN" "$1"
  setsid nohup dockerd --host="$DOCKER_HOST" --pidfile="$RUN/pid" --exec-root="$RUN/exec" --data-root="$1" \
    --iptables=false --ip6tables=false --ip-forward=false >"$RUN/log" 2>&1 </dev/null &
  local waited
  for ((waited = 0; waited < 100; waited++)); do
    if docker info >/dev/null 2>&1; then return 0; fi
    sleep 0.2
  done
  die "dockerd did not start: $(grep -m 1 -iE 'failed|fatal' "$RUN/log" || tail -n 1 "$RUN/log")"
}

debian_address() {
  apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Origin: Debian' 'Label: Debian' | head -n 1
}

make_image() {
  command -v debootstrap >/dev/null || die "debootstrap is not installed"
  ((EUID == 0)) || die "making the image needs root"
  local root=$WORK/root address
  address=$(debian_address)
  [[ -n $address ]] || die "apt has no Debian source configured"
  debootstrap --variant=minbase --include="postgresql-$VERSION,postgresql-$VERSION-pgvector" "$SUITE" "$root" "$address" >"$WORK/log" 2>&1 ||
    die "debootstrap failed: $(tail -n 1 "$WORK/log")"
  # Just-in-time compilation is a third of the image, and no query of ours is worth it.
  rm -rf "$root"/var/{cache/apt,lib/apt/lists}/* "$root"/usr/share/{doc,locale,man}/* "$root"/etc/postgresql/* \
    "$root"/usr/lib/x86_64-linux-gnu/libLLVM* "$root/usr/lib/postgresql/$VERSION/lib"/{llvmjit.so,bitcode}
  install -m 755 "$(dirname "$0")/postgres-entrypoint.sh" "$root/entrypoint.sh"
  tar -C "$root" --one-file-system -c . | docker import --change "ENV PATH=/usr/lib/postgresql/$VERSION/bin:/usr/bin:/bin" \
    --change "USER postgres" --change "EXPOSE 5432" --change 'ENTRYPOINT ["/entrypoint.sh"]' - "$IMAGE" >/dev/null
}

start() {
  command -v docker >/dev/null || die "docker is not installed"
  if ! docker info >/dev/null 2>&1; then
    export DOCKER_HOST=unix://$RUN/docker.sock
    [[ -n ${CI:-} ]] || die "no container engine answers"
    docker info >/dev/null 2>&1 || start_engine "$1"
  fi
  if ! docker image inspect "$IMAGE" >/dev/null 2>&1; then
    [[ -n ${CI:-} ]] || die "the image $IMAGE is missing (deploy/offline/postgres-image.sh build makes it)"
    make_image
  fi
  # The engine's own version, which Testcontainers does not ask for; and no helper container, whose image would be fetched.
  cat <<TEXT
export FACEMIX_POSTGRES_IMAGE=$IMAGE
export DOCKER_HOST=${DOCKER_HOST:-unix:///var/run/docker.sock}
export DOCKER_API_VERSION=$(docker version --format '{{.Server.APIVersion}}')
export TESTCONTAINERS_RYUK_DISABLED=true
export TESTCONTAINERS_HOST_OVERRIDE=127.0.0.1
TEXT
}

stop() {
  [[ -s $RUN/pid ]] || return 0
  local pid
  pid=$(<"$RUN/pid")
  kill "$pid" 2>/dev/null || return 0
  while [[ -d /proc/$pid ]]; do sleep 0.1; done
  ip link delete docker0 2>/dev/null || true
  rm -rf --one-file-system "$RUN"
}

WORK=$(mktemp -d)
trap 'rm -rf --one-file-system "$WORK"' EXIT
case "${1:-}" in
  build) make_image ;;
  start) start "$(realpath -m "${2:?FOLDER is missing}")" ;;
  stop) stop ;;
  *) sed -n '2,/^set/s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
esac
