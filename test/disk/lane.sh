#!/bin/bash
# A machine of its own for disks: private mounts, /run, /etc and /media, a system bus, udevd and udisksd on loop devices.
# Says "ready" on standard output and lives until its standard input ends; everything in it ends with it.
# usage: lane.sh FOLDER [udisksd]
folder=$1
export folder with=${2:-}
exec unshare --mount --pid --fork --kill-child --propagation private bash -euc '
mount -t proc proc /proc
mount -t tmpfs -o mode=755 tmpfs /run
mkdir -p /run/dbus /run/udev /run/lock /run/udisks2 /run/etc/u /run/etc/w
mkdir -p /dev/disk
mount -t tmpfs tmpfs /dev/disk
mount -t tmpfs tmpfs /media
mount -t tmpfs tmpfs /mnt
mount -t overlay overlay -o lowerdir=/etc,upperdir=/run/etc/u,workdir=/run/etc/w /etc
: > /etc/crypttab
: > /etc/fstab
dbus-daemon --system --nofork --nopidfile --nosyslog > "$folder/dbus.log" 2>&1 &
/lib/systemd/systemd-udevd > "$folder/udevd.log" 2>&1 &
for _ in $(seq 200); do [ -S /run/dbus/system_bus_socket ] && [ -S /run/udev/control ] && break; sleep 0.05; done
if [ "$with" = udisksd ]; then
  mkdir -p /var/lib/udisks2
  mount -t tmpfs tmpfs /var/lib/udisks2
  /usr/libexec/udisks2/udisksd --no-debug > "$folder/udisksd.log" 2>&1 &
  for _ in $(seq 200); do busctl --system status org.freedesktop.UDisks2 > /dev/null 2>&1 && break; sleep 0.05; done
fi
echo ready
cat > /dev/null
'
