#!/bin/sh
# Runs a script of sh in a mount namespace that has a systemd-journald of its own. In the script, "as_unit COMMAND" runs
# a command as systemd runs a service's: standard error is a stream to the journal, and $JOURNAL_STREAM names it.
# usage: unshare --mount --propagation private with-journald.sh SCRIPT [ARGUMENT...]
set -eu
folder=$(mktemp -d)
trap 'kill -CONT "$journald" 2>/dev/null; kill "$journald" 2>/dev/null; wait "$journald" || true; rm -rf "$folder"' EXIT
mount -t tmpfs tmpfs /run/systemd
mkdir -p /run/systemd/journal /run/log
mount -t tmpfs tmpfs /run/log
mkdir /run/log/journal
[ ! -d /var/log/journal ] || mount -t tmpfs tmpfs /var/log/journal
if [ ! -s /etc/machine-id ]; then
  systemd-id128 new >"$folder/machine-id"
  mount --bind "$folder/machine-id" /etc/machine-id
fi
/lib/systemd/systemd-journald >"$folder/log" 2>&1 &
journald=$!
until [ -S /run/systemd/journal/socket ] && [ -S /run/systemd/journal/stdout ]; do
  kill -0 "$journald" || { cat "$folder/log" >&2; exit 1; }
  sleep 0.1
done

as_unit() {
  # shellcheck disable=SC2016 # it is the inner shell's
  systemd-cat sh -c 'JOURNAL_STREAM=$(stat --dereference --format=%d:%i /dev/fd/2) exec "$@"' sh "$@"
}

script=$1
shift
eval "$script"
