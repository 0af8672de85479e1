#!/usr/bin/env bash
# Shows what bakup does, on a real folder and in a temporary store: two backups, a look at the snapshots, a mistake, and
# the file back again. Leaves nothing behind.
set -euo pipefail
cd "$(dirname "$0")/../.."

bakup=$PWD/dist/bakup.cjs
demo=$(mktemp -d "${TMPDIR:-/tmp}/bakup-demo.XXXXXX")
trap 'rm -rf "$demo"' EXIT
export STATE_DIRECTORY=$demo/state XDG_RUNTIME_DIR=$demo/run
mkdir -m 0700 "$XDG_RUNTIME_DIR"

say() { printf '\n\033[1m# %s\033[0m\n' "$*"; }
show() {
  printf '\033[2m$ %s\033[0m\n' "$(printf '%q ' "$@" | sed "s|$demo|DEMO|g; s|$bakup|bakup|g")"
  "$@" 2>&1 | sed "s|$demo|DEMO|g"
}

# The system's documents are there on every Debian machine.
source=$demo/home
mkdir "$source"
cp -a /etc "$source/etc" 2>/dev/null || true
echo "the only copy of a thesis" >"$source/thesis.txt"

say "A profile: what to back up, where to, and what to keep"
mkdir -p "$demo/config/profiles.d" "$demo/disk"
: >"$demo/config/bakup.conf"
cat >"$demo/config/profiles.d/demo.conf" <<EOF
[source]
path = $source
[destination]
location = $demo/disk/demo/latest
[rotation]
hourly = 24
daily = 7
weekly = 4
monthly = always
EOF
sed "s|$demo|DEMO|g" "$demo/config/profiles.d/demo.conf"
config=(--config "$demo/config/bakup.conf")
show "$bakup" check "${config[@]}"

say "The first backup copies everything"
show "$bakup" run demo "${config[@]}" --log-format human

say "Something changes; the second backup copies only that"
sleep 1.1
echo "chapter two" >>"$source/thesis.txt"
chmod 600 "$source/etc/hostname" 2>/dev/null || true
show "$bakup" run demo "${config[@]}" --log-format human

say "Each snapshot is a whole folder, and says why it is kept"
show "$bakup" list demo "${config[@]}"

say "What has changed between the two?"
first=$("$bakup" list demo "${config[@]}" --json | node -pe 'JSON.parse(require("fs").readFileSync(0)).snapshots[0].name')
second=$("$bakup" list demo "${config[@]}" --json | node -pe 'JSON.parse(require("fs").readFileSync(0)).snapshots[1].name')
show "$bakup" diff demo "$first" "$second" "${config[@]}"

say "The worst day: the thesis is gone"
rm "$source/thesis.txt"
show "$bakup" find demo thesis.txt "${config[@]}"

say "And back again"
show "$bakup" restore demo thesis.txt --to "$source" "${config[@]}"
show cat "$source/thesis.txt"

say "That was real: rsync, snapshots and a restore, in a temporary store that is removed now."
