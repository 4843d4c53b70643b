#!/usr/bin/env bash
# Runs the tests of all rooms (or of those named), then the checks that need no code, and adds everything up.
# Called by ./facemix test, which installs what is needed first.
set -uo pipefail

ROOT=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../.." && pwd)
cd "$ROOT"
passed=0 failed=0 skipped=0

add() { passed=$((passed + $1)) failed=$((failed + $2)) skipped=$((skipped + $3)); }

# check TITLE COMMAND...: something that either holds or does not, counted as one test.
check() {
  local title=$1
  shift
  printf '\n== %s\n' "$title"
  if "$@"; then add 1 0 0; else add 0 1 0 && echo "FAILED: $title"; fi
}

rooms() {
  local name project
  if (($# == 0)); then ls -d tests/*.Tests tests/Contract tests/EndToEnd; return; fi
  for name in "$@"; do
    for project in "tests/$name" "tests/$name.Tests"; do
      [[ -f $project/$(basename "$project").csproj ]] && echo "$project" && continue 2
    done
    echo "test: there is no room '$name' in tests/" >&2
    return 2
  done
}

# The line that dotnet test ends with: "Passed!  - Failed:     0, Passed:    12, Skipped:     0, Total: …".
count() { grep -oE "$1: +[0-9]+" <<<"$2" | head -n 1 | grep -oE '[0-9]+' || echo 0; }

run_room() {
  local room=$1 output line code
  printf '\n== %s\n' "$room"
  output=$(mktemp)
  dotnet test "$room" -c Release --no-build --nologo --logger 'console;verbosity=minimal' --blame-hang-timeout 10m 2>&1 | tee "$output"
  code=${PIPESTATUS[0]}
  line=$(grep -E '^ *(Passed!|Failed!|Skipped!) +- Failed:' "$output" | tail -n 1)
  rm -f "$output"
  if [[ -z $line ]]; then
    # No summary: the run broke off, which must not pass for "no tests".
    echo "FAILED: $room ended without a summary (exit code $code)"
    add 0 1 0
    return
  fi
  add "$(count Passed "$line")" "$(count Failed "$line")" "$(count Skipped "$line")"
  if ((code != 0 && $(count Failed "$line") == 0)); then
    echo "FAILED: $room ended with code $code although no test failed"
    add 0 1 0
  fi
}

# PostgreSQL in a container where an engine and the image are at hand (CI makes both if that takes no longer than five
# minutes); otherwise this machine's own.
choose_postgres() {
  local script=deploy/offline/postgres-image.sh settings reason begun=$SECONDS code=0
  if [[ -n ${FACEMIX_POSTGRES_IMAGE:-} ]]; then
    echo "PostgreSQL for the tests: containers of $FACEMIX_POSTGRES_IMAGE, as FACEMIX_POSTGRES_IMAGE says"
    return
  fi
  reason=$(mktemp)
  trap "$script stop" EXIT
  settings=$(timeout 300 "$script" start "${FACEMIX_STATE:-$ROOT/.facemix}/docker" 2>"$reason") || code=$?
  if ((code == 0)); then
    eval "$settings"
    echo "PostgreSQL for the tests: containers of $FACEMIX_POSTGRES_IMAGE (ready after $((SECONDS - begun)) s)"
  else
    ((code != 124)) || echo "the image was not made within 5 minutes" >"$reason"
    echo "PostgreSQL for the tests: this machine's own server, because $(tail -n 1 "$reason")"
  fi
  rm -f "$reason"
}

list=$(rooms "$@") || exit 2

printf '== Building\n'
if ! dotnet build FaceMix.slnx -c Release --verbosity quiet; then
  echo "0 passed, 1 failed, 0 skipped"
  exit 1
fi

if grep -rqs --include='*.cs' TestPostgres $list; then choose_postgres; fi
for room in $list; do run_room "$room"; done

if (($# == 0)); then
  check "The code is formatted" dotnet format FaceMix.slnx --verify-no-changes --no-restore --exclude services/Trainer/obj
  check "The protos keep buf's rules" npx --no-install buf lint protos
fi

echo
echo "$passed passed, $failed failed, $skipped skipped"
((failed == 0))
