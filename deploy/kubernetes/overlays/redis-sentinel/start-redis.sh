#!/bin/sh
# A Redis that follows the primary which the sentinels know; the first of all is the primary itself.
set -eu
self="$(hostname).redis"
primary=""
for sentinel in sentinel-0.sentinel sentinel-1.sentinel sentinel-2.sentinel; do
  primary="$(redis-cli -h "$sentinel" -p 26379 --no-auth-warning sentinel get-master-addr-by-name emrsim 2>/dev/null | head -n 1)" || primary=""
  case "$primary" in *.redis) break ;; *) primary="" ;; esac
done
[ -n "$primary" ] || primary="redis-0.redis"
set -- --appendonly yes --appendfsync everysec --dir /data --maxmemory 200mb --maxmemory-policy noeviction \
  --requirepass "$REDIS_PASSWORD" --masterauth "$REDIS_PASSWORD" \
  --replica-announce-ip "$self" --min-replicas-to-write 0
[ "$primary" = "$self" ] || set -- "$@" --replicaof "$primary" 6379
exec redis-server "$@"
