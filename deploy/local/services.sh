# Building, starting, watching and stopping FaceMix's own processes on this machine.

STUDIO_PORT=${FACEMIX_STUDIO_PORT:-8080}
DECODER_GRPC_PORT=${FACEMIX_DECODER_PORT:-5101}
DECODER_HTTP_PORT=${FACEMIX_DECODER_HTTP_PORT:-5111}
STORE_GRPC_PORT=${FACEMIX_STORE_PORT:-5102}
STORE_HTTP_PORT=${FACEMIX_STORE_HTTP_PORT:-5112}
POSTGRES_PORT=${FACEMIX_POSTGRES_PORT:-54329}
READY_WITHIN_S=60

declare -A ASSEMBLY=([decoder]=Decoder [latent-store]=LatentStore [studio]=Studio)
declare -A READY_PORT=([decoder]=$DECODER_HTTP_PORT [latent-store]=$STORE_HTTP_PORT [studio]=$STUDIO_PORT)

# Nothing newer than the last build, and that for the same accelerator: the second start takes seconds.
services_are_built() {
  local mark=$STATE/run/built
  [[ -e $mark && $(<"$mark") == "${Accelerator:-cpu}" && -e $(assembly Trainer) && -e $(assembly Studio) ]] || return 1
  [[ -z $(find "$ROOT"/{services,libs,protos} "$ROOT"/Directory.*.* "$ROOT"/package-lock.json \
    \( -name bin -o -name obj -o -name wwwroot -o -name generated \) -prune -o \
    -type f -newer "$mark" -print -quit) ]]
}

assembly() { echo "$ROOT/services/$1/bin/Release/net10.0/FaceMix.$1.dll"; }

build_services() {
  services_are_built ||
    step "Building the services" "the compiler's messages are above" build_services_now
}

# MSBuild reads the environment variable Accelerator as the property of that name.
build_services_now() {
  local begun
  begun=$(mktemp "$STATE/run/build-XXXXXX")
  echo "${Accelerator:-cpu}" >"$begun"
  dotnet build "$ROOT/deploy/local/Services.slnf" -c Release --verbosity quiet
  mv "$begun" "$STATE/run/built"
}

# One OpenMP thread a process: on few cores, spinning threads cost their neighbours more than they gain.
trainer() {
  OMP_NUM_THREADS=${OMP_NUM_THREADS:-1} OMP_WAIT_POLICY=passive GLIBC_TUNABLES=${GLIBC_TUNABLES:-glibc.malloc.hugetlb=1} dotnet "$(assembly Trainer)" "$@"
}

pid_file() { echo "$STATE/run/$1.pid"; }

# The process id of a service of this checkout, and only of this one: an id that another program got since does not count.
running_pid() {
  local file pid
  file=$(pid_file "$1")
  [[ -e $file ]] && pid=$(<"$file") && [[ -r /proc/$pid/cmdline ]] &&
    tr '\0' ' ' <"/proc/$pid/cmdline" | grep -qF "$(assembly "${ASSEMBLY[$1]}")" && echo "$pid"
}

start_service() {
  local name=$1 pid
  if pid=$(running_pid "$name"); then
    if [[ $(assembly "${ASSEMBLY[$name]}") -nt $(pid_file "$name") ]]; then
      stop_service "$name"
    else
      return 0
    fi
  fi
  local arguments=(--Bind:HttpPort="${READY_PORT[$name]}")
  case $name in
    decoder) arguments+=(--Bind:GrpcPort="$DECODER_GRPC_PORT" --Models:Path="$STATE/models") ;;
    latent-store)
      arguments+=(--Bind:GrpcPort="$STORE_GRPC_PORT"
        "--Store:ConnectionString=$(postgres connection)")
      ;;
    studio)
      arguments+=(--Studio:DecoderUrl="http://127.0.0.1:$DECODER_HTTP_PORT"
        --Studio:LatentStoreUrl="http://127.0.0.1:$STORE_HTTP_PORT")
      ;;
  esac
  cd "$ROOT/services/${ASSEMBLY[$name]}"
  setsid nohup dotnet "$(assembly "${ASSEMBLY[$name]}")" "${arguments[@]}" >>"$STATE/logs/$name.log" 2>&1 </dev/null &
  echo $! >"$(pid_file "$name")"
  cd "$ROOT"
}

wait_ready() {
  step "Waiting for $1" "look at $STATE/logs/$1.log" until_ready "$1"
}

until_ready() {
  local name=$1 answer= deadline=$((SECONDS + READY_WITHIN_S))
  while ((SECONDS < deadline)); do
    if answer=$(curl -sS --max-time 2 --fail-with-body "http://127.0.0.1:${READY_PORT[$name]}/readyz" 2>&1); then return 0; fi
    if ! running_pid "$name" >/dev/null; then
      echo "$name ended before it was ready:"
      tail -n 15 "$STATE/logs/$name.log"
      return 1
    fi
    sleep 0.2
  done
  echo "$name was not ready within $READY_WITHIN_S s: $answer"
  return 1
}

# SIGTERM, time to finish running calls, and only then SIGKILL.
stop_service() {
  local name=$1 pid
  if pid=$(running_pid "$name"); then
    step "Stopping $name" "kill $pid" stop_pid "$pid"
  fi
  rm -f "$(pid_file "$name")"
}

stop_pid() {
  local pid=$1 waited
  kill "$pid"
  for ((waited = 0; waited < 150; waited++)); do
    [[ -d /proc/$pid ]] || return 0
    sleep 0.1
  done
  echo "Process $pid did not leave within 15 s of SIGTERM; it is killed."
  kill -KILL "$pid"
}

postgres() { POSTGRES_LOG=$STATE/logs/postgres.log "$ROOT/deploy/local/postgres.sh" "$1" "$STATE/postgres" "$POSTGRES_PORT"; }

start_postgres() {
  postgres start
  postgres id >"$STATE/run/database-id"
}

stop_postgres() {
  if postgres status >/dev/null; then
    step "Stopping PostgreSQL" "see $STATE/logs/postgres.log" postgres stop
  fi
}

status() {
  local name pid ready code=0
  for name in latent-store decoder studio; do
    if pid=$(running_pid "$name"); then
      ready=$(curl -s --max-time 2 -o /dev/null -w '%{http_code}' "http://127.0.0.1:${READY_PORT[$name]}/readyz" || true)
      printf '%-14s process %-8s up %-14s %s\n' "$name" "$pid" "$(ps -o etime= -p "$pid" | tr -d ' ')" \
        "$([[ $ready == 200 ]] && echo ready || echo "not ready (HTTP $ready)")"
    else
      printf '%-14s stopped\n' "$name"
      code=1
    fi
  done
  if postgres status >/dev/null; then
    printf '%-14s on port %s\n' postgres "$POSTGRES_PORT"
  else
    printf '%-14s stopped\n' postgres
    code=1
  fi
  return $code
}

logs() {
  local known="decoder latent-store studio postgres"
  case "${1:-}" in
    decoder | latent-store | studio | postgres) exec tail -n 50 -F "$STATE/logs/$1.log" ;;
    "") exec tail -n 20 -F "$STATE"/logs/{decoder,latent-store,studio,postgres}.log ;;
    -h | --help) echo "./facemix logs [NAME]: follow a log; NAME is one of: $known" ;;
    *) usage_error "logs: '$1' was given; allowed: $known" ;;
  esac
}
