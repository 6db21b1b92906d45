#!/usr/bin/env bash
# Restarts all instances, one at a time, while the fleet serves.
#   rolling-restart.sh URL COMMAND [URL COMMAND]...
#   rolling-restart.sh http://10.0.0.1:3001 'ssh one systemctl restart emrsim' http://10.0.0.2:3001 'ssh two systemctl restart emrsim'
source "$(dirname "${BASH_SOURCE[0]}")/fleet.sh"
needs curl
[ $# -ge 4 ] || fail "a rolling restart needs at least two instances, each with its URL and its command"

mapfile -t instances < <(urls "$@")
within "all healthy before" all_healthy "${instances[@]}"
rolling "$@"
within "all healthy after" all_healthy "${instances[@]}"
say "DONE: ${#instances[@]} instances restarted in $SECONDS s"
