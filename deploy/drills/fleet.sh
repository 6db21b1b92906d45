# What the drills have in common; sourced by them.
set -euo pipefail
PATIENCE=${PATIENCE:-60}

say() { printf '%s  %s\n' "$(date -u +%H:%M:%S)" "$*"; }
fail() { say "FAILED: $*"; exit 1; }
needs() { command -v "$1" >/dev/null || fail "$1 is not on the PATH"; }

ready() { curl -fsS -m 3 -o /dev/null "$1/health/ready" 2>/dev/null; }
status() { curl -sS -m 3 "$1/health" 2>/dev/null | sed -nE 's/.*"status":"([a-z]+)".*/\1/p'; }

# within WHAT COMMAND...: until the command succeeds, or the patience is over.
within() {
  local what=$1 end=$((SECONDS + PATIENCE))
  shift
  until "$@"; do
    [ "$SECONDS" -lt "$end" ] || fail "$what: not within $PATIENCE s"
    sleep 0.2
  done
}

all_healthy() { local url; for url in "$@"; do [ "$(status "$url")" = healthy ] || return 1; done; }

# rolling URL COMMAND [URL COMMAND]...: each instance anew, one at a time, while the others serve.
rolling() {
  [ $# -ge 2 ] && [ $(($# % 2)) -eq 0 ] || fail "give for each instance its URL and the command that restarts it"
  local i=1
  while [ "$i" -lt $# ]; do
    local url=${!i} next=$((i + 1))
    local command=${!next}
    say "restarting $url"
    bash -c "$command" || fail "the command for $url ended with $?"
    within "$url ready" ready "$url"
    i=$((i + 2))
  done
}

urls() { while [ $# -ge 2 ]; do printf '%s\n' "$1"; shift 2; done; }
