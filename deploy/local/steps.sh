# How a step reports itself: what it does, how long it took, and what to do when it fails.

if [[ -t 1 ]]; then BOLD=$'\e[1m' DIM=$'\e[2m' RED=$'\e[31m' PLAIN=$'\e[0m'; else BOLD= DIM= RED= PLAIN=; fi

say() { printf '%s%s%s\n' "$BOLD" "$1" "$PLAIN"; }

fail() {
  printf '%s%s%s\n' "$RED" "$1" "$PLAIN" >&2
  exit 1
}

usage_error() {
  printf '%s%s%s\n' "$RED" "$1" "$PLAIN" >&2
  exit 2
}

as_root() {
  if ((EUID == 0)); then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    fail "This needs root, and there is no sudo here. As root, run: $*"
  fi
}

# step TITLE HINT COMMAND...: runs the command quietly; its output is kept and shown if it fails.
step() {
  local title=$1 hint=$2 log begun=$SECONDS code=0
  shift 2
  log=$STATE/logs/step-$(tr -cs 'A-Za-z0-9' '-' <<<"$title" | tr '[:upper:]' '[:lower:]' | sed 's/-*$//').log
  printf '%-44s' "$title"
  # In a background job of its own, so that set -e holds inside it and Ctrl+C reaches it.
  (
    set -e
    "$@"
  ) >"$log" 2>&1 &
  local job=$!
  trap 'kill -INT $job 2>/dev/null; wait $job 2>/dev/null; echo " interrupted"; exit 130' INT TERM
  wait $job || code=$?
  trap - INT TERM
  if ((code)); then
    printf '%sfailed after %d s%s\n' "$RED" $((SECONDS - begun)) "$PLAIN"
    tail -n 30 "$log" | sed 's/^/  | /' >&2
    fail "$title: it ended with code $code. What to do: $hint. All of it: $log"
  fi
  printf '%s%d s%s\n' "$DIM" $((SECONDS - begun)) "$PLAIN"
}
