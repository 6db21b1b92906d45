#!/usr/bin/env bash
# Asks the package source whether any package we use, at any depth, is known to be vulnerable.
# Ends with 0: none is; 1: some are, named; 2: it could not be asked, and why.
set -uo pipefail
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_CLI_UI_LANGUAGE=en
patience=${AUDIT_SECONDS:-60}
# Vulnerable for sure: a source that does not know this one knows nothing (mirrors often leave that out).
known=Newtonsoft.Json known_version=12.0.3

unasked() { printf 'Dependencies: could not be asked: %s\n' "$*"; exit 2; }
ask() { timeout "$patience" dotnet list "$1" package --vulnerable --include-transitive --format json "${@:2}" 2>&1; }

solution=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)/EmrSim.slnx
told=$(ask "$solution" --no-restore)
status=$?
if grep -q '"vulnerabilities"' <<<"$told"; then
  printf 'Dependencies: known to be vulnerable (dotnet list package --vulnerable --include-transitive):\n'
  grep -E '"(id|resolvedVersion|severity|advisoryurl)"' <<<"$told" | tr -d '",' | sort -u
  exit 1
fi
[ "$status" -ne 124 ] || unasked "no answer in $patience s"
[ "$status" -eq 0 ] || unasked "$(grep -m 1 -oE 'error: .*|"text": .*' <<<"$told" || printf 'dotnet list ended with %s' "$status")"

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cat >"$scratch/known.csproj" <<PROJECT
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup><TargetFramework>net10.0</TargetFramework><NuGetAudit>false</NuGetAudit></PropertyGroup>
  <ItemGroup><PackageReference Include="$known" Version="$known_version" /></ItemGroup>
</Project>
PROJECT
ask "$scratch/known.csproj" | grep -q '"vulnerabilities"' || unasked "the source does not even name $known $known_version, so it has no list of what is vulnerable"
printf 'Dependencies: none is known to be vulnerable\n'
