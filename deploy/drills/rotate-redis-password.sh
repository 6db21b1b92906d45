#!/usr/bin/env bash
# Changes the password of Redis (6 or newer) while the fleet serves: both passwords are right until every instance uses the new one.
#   OLD_PASSWORD=... NEW_PASSWORD=... REDIS_NODES="10.0.0.5:6379 ..." rotate-redis-password.sh URL COMMAND [URL COMMAND]...
# REDIS_NODES: every node, replicas too. COMMAND must start the instance with the new password (REDIS_PASSWORD or the URL).
# REDIS_USER (default), REDIS_CLI (redis-cli; add --tls --cacert FILE there). The passwords are in no argument of any program.
source "$(dirname "${BASH_SOURCE[0]}")/fleet.sh"
needs curl
: "${OLD_PASSWORD:?} ${NEW_PASSWORD:?} ${REDIS_NODES:?}"
[ "$OLD_PASSWORD" != "$NEW_PASSWORD" ] || fail "the new password is the old one"
user=${REDIS_USER:-default} cli=${REDIS_CLI:-redis-cli}

# ask NODE PASSWORD COMMAND...: what is read from standard input becomes the last argument.
ask() {
  local node=$1 password=$2
  shift 2
  # shellcheck disable=SC2086
  REDISCLI_AUTH=$password $cli -h "${node%:*}" -p "${node##*:}" --user "$user" --no-auth-warning "$@"
}
knows() { [ "$(ask "$1" "$2" PING </dev/null 2>/dev/null)" = PONG ]; }
set_user() { [ "$(printf '%s' "$3" | ask "$1" "$2" -x ACL SETUSER "$user")" = OK ] || fail "$1 refused to change the user $user: it needs the right to run ACL"; }

for node in $REDIS_NODES; do knows "$node" "$OLD_PASSWORD" || fail "$node does not take the old password"; done
mapfile -t instances < <(urls "$@")
within "all healthy before" all_healthy "${instances[@]}"

for node in $REDIS_NODES; do
  set_user "$node" "$OLD_PASSWORD" ">$NEW_PASSWORD"
  # With it a replica signs in to its primary.
  [ "$(ask "$node" "$OLD_PASSWORD" CONFIG GET masterauth </dev/null | sed -n 2p)" = "" ] ||
    printf '%s' "$NEW_PASSWORD" | ask "$node" "$OLD_PASSWORD" -x CONFIG SET masterauth >/dev/null
  knows "$node" "$NEW_PASSWORD" || fail "$node does not take the new password"
  say "$node takes both passwords"
done

rolling "$@"
within "all healthy on the new password" all_healthy "${instances[@]}"

for node in $REDIS_NODES; do
  set_user "$node" "$NEW_PASSWORD" "<$OLD_PASSWORD"
  ! knows "$node" "$OLD_PASSWORD" || fail "$node still takes the old password"
  say "$node takes the new password only; where it reads its configuration (requirepass, ACL file), write it there too"
done
within "all healthy after" all_healthy "${instances[@]}"
say "DONE: password changed on ${#instances[@]} instances in $SECONDS s"
