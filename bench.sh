#!/usr/bin/env bash
# Publishes the server and measures the session store, the live feed, the whole server and a fleet of them on loopback. --check: exit code 1 when a budget of
# bench/budgets.json is exceeded. --seconds N: how long each load lasts (5).
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 MSBUILDDISABLENODEREUSE=1

command -v redis-server >/dev/null || { echo "redis-server is not installed: apt-get install redis-server"; exit 2; }
dotnet build bench/EmrSim.Bench -c Release -v quiet -clp:NoSummary || exit 2
# What is deployed is measured; EMRSIM_PROGRAM names another program.
if [ -z "${EMRSIM_PROGRAM:-}" ]; then
  dotnet publish src/EmrSim.Server -c Release --use-current-runtime -p:RunAnalyzers=false -o artifacts/published -v quiet -clp:NoSummary || exit 2
  export EMRSIM_PROGRAM="$PWD/artifacts/published/emrsim"
fi

status=0
for part in store feed server fleet; do
  dotnet artifacts/bin/EmrSim.Bench/release/EmrSim.Bench.dll "$part" "$@" || status=$?
done
exit "$status"
