#!/bin/sh
# Writes everything that a backup must keep of some folders, as lines that can be compared. usage: describe-files.sh ROOT
set -eu
cd "$1"
set -- home/somebody root/special tmp/of-the-host var/tmp/of-the-host opt/special
find "$@" -printf '%p %y %m %U:%G %T@ %l\n' | sort
find "$@" ! -type d -printf '%p %s\n' | sort
find "$@" ! -type l -print0 | sort -z | xargs -0 getfacl --absolute-names --numeric
find "$@" -print0 | sort -z | xargs -0 getfattr --no-dereference --dump --match=- --encoding=hex
find "$@" -type f -print0 | sort -z | xargs -0 sha256sum
cd opt/special
stat --format='%n %t:%T' block character
[ hard-link -ef plain ] && echo 'one file, two names'
