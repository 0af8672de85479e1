#!/bin/sh
# Builds the Debian package in a folder of its own and puts it into a folder, dist/ unless named.
# usage: build-package.sh [FOLDER]; npm run deb calls it. Needs no network once node_modules is there.
set -eu
cd "$(dirname "$0")/.."
top=$(pwd)
mkdir -p "${1:-dist}"
result=$(cd "${1:-dist}" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

mkdir "$work/bakup"
tar --exclude=./.git --exclude=./node_modules --exclude=./dist --exclude=./.cache -cf - . | tar -xf - -C "$work/bakup"
ln -s "$top/node_modules" "$work/bakup/node_modules"
if ! (cd "$work/bakup" && dpkg-buildpackage --build=binary --unsigned-source --unsigned-changes >"$work/log" 2>&1); then
  cat "$work/log" >&2
  exit 1
fi
mv "$work"/*.deb "$work"/*.changes "$work"/*.buildinfo "$result"
(cd "$result" && ls -- *.deb)
