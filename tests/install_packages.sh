#!/bin/bash
# Installs the Debian packages that the tests use for real, without starting their services.
set -euo pipefail
list=$(dirname "$0")/packages.txt
missing=()
while read -r name; do
  dpkg-query -W -f='${Status}' "$name" 2>/dev/null | grep -q 'install ok installed' || missing+=("$name")
done < "$list"
[ ${#missing[@]} -eq 0 ] && exit 0
if [ "$(id -u)" != 0 ] || ! command -v apt-get > /dev/null; then
  echo "not installed, the tests that need them are skipped by name: ${missing[*]}"
  exit 0
fi
echo "installing Debian packages: ${missing[*]} …"
export DEBIAN_FRONTEND=noninteractive
policy=/usr/sbin/policy-rc.d
made=""
if [ ! -e $policy ]; then
  printf '#!/bin/sh\nexit 101\n' > $policy; chmod 755 $policy; made=yes
fi
trap '[ -n "$made" ] && rm -f $policy' EXIT
log=$(mktemp)
if ! { apt-get update -q && apt-get install -q -y --no-install-recommends "${missing[@]}"; } > "$log" 2>&1; then
  tail -20 "$log"; exit 1
fi
