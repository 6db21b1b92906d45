#!/usr/bin/env bash
# Lets the sentinels make another server the primary, and waits until every instance uses it.
#   SENTINEL=10.0.0.5:26379 SENTINEL_NAME=emrsim failover.sh URL...
# SENTINEL_PASSWORD when the sentinels have one; REDIS_CLI as in rotate-redis-password.sh.
source "$(dirname "${BASH_SOURCE[0]}")/fleet.sh"
needs curl
: "${SENTINEL:?} ${SENTINEL_NAME:?}"
cli=${REDIS_CLI:-redis-cli}

# shellcheck disable=SC2086
ask() { REDISCLI_AUTH=${SENTINEL_PASSWORD:-} $cli -h "${SENTINEL%:*}" -p "${SENTINEL##*:}" --no-auth-warning "$@"; }
primary() { ask SENTINEL get-master-addr-by-name "$SENTINEL_NAME" | paste -sd: -; }
has_changed() { local now; now=$(primary); [ -n "$now" ] && [ "$now" != "$old" ]; }
uses() { curl -fsS -m 3 "$1/health" 2>/dev/null | grep -q '"connected":true'; }
all_use() { local url; for url in "$@"; do uses "$url" || return 1; done; }

old=$(primary)
[ -n "$old" ] || fail "$SENTINEL knows no primary of the name $SENTINEL_NAME"
within "all healthy before" all_healthy "$@"
say "primary is $old"
answer=$(ask SENTINEL FAILOVER "$SENTINEL_NAME")
[ "$answer" = OK ] || fail "the sentinel refused: $answer"
within "another primary" has_changed
say "primary is $(primary)"
within "all connected" all_use "$@"
within "all healthy after" all_healthy "$@"
say "DONE: failed over from $old to $(primary) in $SECONDS s"
