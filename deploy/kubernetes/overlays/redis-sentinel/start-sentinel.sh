#!/bin/sh
# A sentinel rewrites its configuration, so that it has a copy of its own.
set -eu
if [ ! -f /data/sentinel.conf ]; then
  cat > /data/sentinel.conf <<CONF
port 26379
dir /data
sentinel resolve-hostnames yes
sentinel announce-hostnames yes
sentinel announce-ip $(hostname).sentinel
sentinel monitor emrsim redis-0.redis 6379 2
sentinel auth-pass emrsim $REDIS_PASSWORD
sentinel down-after-milliseconds emrsim 2000
sentinel failover-timeout emrsim 10000
sentinel parallel-syncs emrsim 1
CONF
fi
exec redis-server /data/sentinel.conf --sentinel
