#!/usr/bin/env bash
# Installs what the tests need and is missing, builds, runs every test. The last line is "N passed, M failed".
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 MSBUILDDISABLENODEREUSE=1

say() { printf '%s\n' "$*"; }
stop() { say "$*"; say "0 passed, 1 failed"; exit 1; }

command -v dotnet >/dev/null || stop "The .NET 10 SDK is missing: https://dot.net"
dotnet --list-sdks | grep -q '^10\.' || stop "The .NET 10 SDK is missing; there is: $(dotnet --list-sdks | tr '\n' ' ')"

# program:package; PostgreSQL's own programs are not on the PATH in Debian.
postgres_found() { command -v postgres >/dev/null || ls /usr/lib/postgresql/*/bin/postgres >/dev/null 2>&1; }
missing=()
command -v redis-server >/dev/null || missing+=(redis-server)
command -v memcached >/dev/null || missing+=(memcached)
postgres_found || missing+=(postgresql)
command -v chromium >/dev/null || missing+=(chromium)
command -v setpriv >/dev/null || missing+=(util-linux)
command -v node >/dev/null || missing+=(nodejs)
command -v npm >/dev/null || missing+=(npm)
{ command -v nginx || [ -x /usr/sbin/nginx ]; } >/dev/null || missing+=(nginx-light)
command -v docker-compose >/dev/null || missing+=(docker-compose)
command -v kubectl >/dev/null || missing+=(kubernetes-client)
# What is deployed is compiled ahead, and that needs a linker.
command -v clang >/dev/null || command -v gcc >/dev/null || missing+=(gcc libc6-dev)
[ -e /usr/include/zlib.h ] || missing+=(zlib1g-dev)
if [ "${#missing[@]}" -gt 0 ]; then
  root=()
  [ "$(id -u)" -eq 0 ] || root=(sudo -n)
  if command -v apt-get >/dev/null && { [ "$(id -u)" -eq 0 ] || sudo -n true 2>/dev/null; }; then
    say "Installing ${missing[*]}"
    "${root[@]}" apt-get update -qq >/dev/null 2>&1 || say "apt-get update failed; trying the old lists"
    # The servers are started by the tests alone: no service may start, no cluster be made.
    "${root[@]}" env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null 2>&1 ||
      say "Could not install ${missing[*]}; the tests that need them say so"
  else
    say "Not installed: ${missing[*]} (install them to run every test)"
  fi
fi

if command -v npm >/dev/null; then
  (cd tests/socket-io-client && npm ci --no-audit --no-fund --loglevel=error) || say "Could not install the Socket.IO client; the tests that need it say so"
fi

say "Building"
dotnet build EmrSim.slnx -c Release -v quiet -clp:NoSummary || stop "The build failed"

passed=0 failed=0 skipped=0 optional=0 unstable=0
most_unstable=3
results=$(mktemp -d)
# It waits for the network, so it goes beside the tests.
{ tests/audit.sh >"$results/audit" 2>&1; printf '%s' "$?" >"$results/audit.status"; } &
audit=$!
run() {
  dotnet "artifacts/bin/$1/release/$1.dll" -noColor -noLogo "${@:2}" >"$results/$1.log" 2>&1
  printf '%s' "$?" >"$results/$1.status"
}
# The tests start what is deployed; where it can't be made, what was built. The build has analysed it already.
publish() {
  rm -rf artifacts/published
  if nice -n 19 dotnet publish src/EmrSim.Server -c Release --use-current-runtime -nodeReuse:false -p:RunAnalyzers=false -o artifacts/published -v quiet -clp:NoSummary >"$results/publish" 2>&1; then
    export EMRSIM_PROGRAM="$PWD/artifacts/published/emrsim"
  else
    cat "$results/publish"
    [ "${CI:-}" != true ] || { wait "$store"; stop "The server could not be published"; }
    say "The server could not be published (a linker may be missing: apt-get install gcc libc6-dev zlib1g-dev); the tests start the one that was built"
  fi
}
# The classes with a failure once more, with nothing else at work: these are tests of outages by the clock on a shared machine.
alone() {
  local classes one chosen=()
  mapfile -t classes < <(sed -nE 's/^ *([A-Za-z0-9_.+]+)\.[A-Za-z0-9_]+(\(.*)? \[FAIL\]$/\1/p' "$results/$1.log" | sort -u)
  [ "${#classes[@]}" -gt 0 ] || return 1
  # What was lost stays lost, however seldom.
  ! grep -q 'Not kept' "$results/$1.log" || return 1
  say "== $1, by themselves: ${classes[*]}"
  for one in "${classes[@]}"; do chosen+=(-class "$one"); done
  dotnet "artifacts/bin/$1/release/$1.dll" -noColor -noLogo "${chosen[@]}"
}
tell() {
  local name=$1 log=$results/$1.log status total bad left
  status=$(cat "$results/$name.status")
  say "== $name"
  cat "$log"
  count() { sed -nE "s/^ *$name +Total:.*[ ,]$1: ([0-9]+).*/\1/p" "$log" | tail -n 1; }
  total=$(sed -nE "s/^ *$name +Total: ([0-9]+).*/\1/p" "$log" | tail -n 1)
  bad=$(($(count Failed) + $(count Errors) + 0)) left=$(count Skipped)
  [ "$status" -eq 0 ] || [ "$bad" -gt 0 ] || bad=1
  # Only what told of its end and of each failure can be asked again by itself.
  if [ "$bad" -gt 0 ] && [ -n "$total" ] && [ "$(grep -c ' \[FAIL\]$' "$log")" -eq "$bad" ] && [ $((unstable + bad)) -le "$most_unstable" ] && alone "$name"; then
    say "== $bad of $name failed beside others and passed by themselves: the log above says how"
    unstable=$((unstable + bad)) bad=0
  fi
  # No distribution that CI runs on has these servers: their absence is no failure.
  optional=$((optional + $(grep -c '^ *Optional server missing:' "$log")))
  passed=$((passed + ${total:-0} - bad - ${left:-0})) failed=$((failed + bad)) skipped=$((skipped + ${left:-0}))
}

# The session store's tests mostly wait and start no server: meanwhile it is published, and tried in the browser. Those that measure
# have the processors to themselves.
waiting=EmrSim.SessionStore.Tests browser=EmrSim.Browser.Tests
run "$waiting" -maxThreads 6 "$@" &
store=$!
say "Publishing"
publish
run "$browser" "$@"
wait "$store"
tell "$waiting"
tell "$browser"
for project in tests/*.Tests; do
  name=$(basename "$project")
  case $name in
    "$waiting" | "$browser") continue ;;
    EmrSim.Server.Tests) run "$name" -maxThreads 4 "$@" ;;
    *) run "$name" "$@" ;;
  esac
  tell "$name"
done

wait "$audit"
say "== audit of the dependencies"
cat "$results/audit"
case $(cat "$results/audit.status") in
  0) passed=$((passed + 1)) ;;
  1) failed=$((failed + 1)) ;;
esac
rm -rf "$results"

if command -v redis-server >/dev/null; then
  say "== budgets of what the store allocates"
  if dotnet artifacts/bin/EmrSim.Bench/release/EmrSim.Bench.dll store --short --check; then passed=$((passed + 1)); else failed=$((failed + 1)); fi
fi

if [ "$skipped" -gt 0 ]; then
  say "$skipped skipped (the reasons are above)"
  if [ "${CI:-}" = true ]; then failed=$((failed + skipped - optional)); fi
fi
[ "$unstable" -eq 0 ] || say "$unstable failed beside others and passed by themselves (named above)"
say "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
