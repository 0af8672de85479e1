#!/bin/sh
# Makes a fresh Debian machine ready for `npm run demo`, `npm test`, `npm run bench` and `npm run deb`: installs what is
# missing when run as root, else says the one command that does. usage: setup.sh demo|test|bench|deb
set -eu
cd "$(dirname "$0")/.."

missing=
while read -r package program purposes; do
  case ",$purposes," in *",$1,"*) ;; *) continue ;; esac
  PATH=$PATH:/usr/sbin:/sbin command -v "$program" >/dev/null 2>&1 || missing="$missing $package"
done <<LIST
$(grep -v '^#' test/packages.txt)
LIST
if [ -n "$missing" ]; then
  if [ "$(id -u)" -ne 0 ]; then
    echo "These packages are needed. Please run:" >&2
    echo "  sudo apt-get install --no-install-recommends$missing" >&2
    exit 1
  fi
  echo "installing:$missing"
  # shellcheck disable=SC2086 # one word a package
  { DEBIAN_FRONTEND=noninteractive apt-get update -qq &&
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing; } >/dev/null
fi

node_major=$(node -p 'process.versions.node.split(".")[0]')
if [ "$node_major" -lt 20 ]; then
  echo "Node.js 20 or newer is needed to build bakup (this is $(node --version))." >&2
  exit 1
fi

# node_modules/.package-lock.json is npm's own note of what it has installed.
if [ ! -e node_modules/.package-lock.json ] || [ package-lock.json -nt node_modules/.package-lock.json ]; then
  echo "installing the packages of package-lock.json"
  npm ci --no-audit --no-fund --loglevel=error
  touch node_modules/.package-lock.json
fi
