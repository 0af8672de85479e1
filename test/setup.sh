#!/bin/sh
# Makes a fresh Debian machine ready for `npm run demo`, `npm test` and `npm run bench`: installs what is missing when
# run as root, else says the one command that does. usage: setup.sh demo|test|bench
set -eu
cd "$(dirname "$0")/.."

packages_for() {
  echo rsync
  case $1 in
    test) echo acl attr btrfs-progs e2fsprogs mandoc openssh-client openssh-server procps python3 sudo xfsprogs ;;
    bench) echo rsnapshot ;;
  esac
}

# Each package, and a program of its that shows that it is there.
program_of() {
  case $1 in
    acl) echo setfacl ;;
    attr) echo setfattr ;;
    btrfs-progs) echo mkfs.btrfs ;;
    e2fsprogs) echo mkfs.ext4 ;;
    openssh-client) echo ssh ;;
    openssh-server) echo sshd ;;
    procps) echo ps ;;
    xfsprogs) echo mkfs.xfs ;;
    *) echo "$1" ;;
  esac
}

missing=
for package in $(packages_for "$1"); do
  PATH=$PATH:/usr/sbin:/sbin command -v "$(program_of "$package")" >/dev/null 2>&1 || missing="$missing $package"
done
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
