#!/usr/bin/env bash
# Proves that a backup can be lived from: makes or takes one, restores it beside the running fleet, starts an instance on it, and compares
# a transcript. Nothing that serves is touched.
#   restore.sh [FILE]        with the settings of the servers in the environment, without FILE a new backup
# EMRSIM: the program (emrsim). PORT: of the scratch instance (3999). With PostgreSQL, SCRATCH_DATABASE_URL: an empty database.
# ENCOUNTER and LIVE: an encounter's id and the URL of an instance that serves it, whose transcripts must be the same.
source "$(dirname "${BASH_SOURCE[0]}")/fleet.sh"
needs curl
program=${EMRSIM:-emrsim} port=${PORT:-3999}

file=${1:-}
[ -n "$file" ] || file=$($program backup create) || fail "no backup could be made: $file"
[ -f "$file" ] || fail "there is no $file: give the path of a backup"
say "backup $file"
$program backup verify "$file" >/dev/null || fail "the backup is not whole"

scratch=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill "$server" 2>/dev/null; wait 2>/dev/null; rm -rf "$scratch"' EXIT
case ${DATABASE_URL:-} in
  postgres*) export DATABASE_URL=${SCRATCH_DATABASE_URL:?with PostgreSQL give an empty database} ;;
  *) unset DATABASE_URL ;;
esac
unset SESSION_STORE_URL REDIS_URL REDIS_PASSWORD BACKUP_EVERY CONTENT_DIR SQLITE_PATH DB_PATH
export DATA_DIR=$scratch PORT=$port HOST=127.0.0.1 VOICE_ENABLED=false

began=$SECONDS
$program backup restore "$file" --content "$scratch/content" >"$scratch/restore.log" 2>&1 || fail "not restored: $(tail -n 1 "$scratch/restore.log")"
[ ! -d "$scratch/content" ] || export CONTENT_DIR=$scratch/content
$program >"$scratch/server.log" 2>&1 &
server=$!
within "an instance on the restored data" ready "http://127.0.0.1:$port"
say "serves after $((SECONDS - began)) s"

if [ -n "${ENCOUNTER:-}" ]; then
  transcript() { curl -fsS -m 10 "$1/api/sessions/$ENCOUNTER/transcript.txt"; }
  diff <(transcript "${LIVE:?}") <(transcript "http://127.0.0.1:$port") >/dev/null || fail "the transcript of $ENCOUNTER differs"
  say "the transcript of $ENCOUNTER is the same"
fi
say "DONE: restored and served in $((SECONDS - began)) s"
