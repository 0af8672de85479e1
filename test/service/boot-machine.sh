#!/bin/sh
# Boots a small Debian with systemd as its first process, in a container of systemd-nspawn. What it writes is gone when it
# ends, but for /mnt/backup, which is a file system of its own. Nobody writes the image.
# usage: unshare --mount --propagation private boot-machine.sh IMAGE FOLDER [FILE...]   the files lie in /root then
set -eu
image=$1
folder=$2
shift 2
mount -t tmpfs tmpfs "$folder"
mkdir "$folder/upper" "$folder/work" "$folder/machine" "$folder/backup"
mount -t overlay overlay -o "lowerdir=$image,upperdir=$folder/upper,workdir=$folder/work" "$folder/machine"
truncate --size=500M "$folder/backup.img"
mkfs.ext4 -q "$folder/backup.img"
mount -o loop "$folder/backup.img" "$folder/backup"
for file; do cp "$file" "$folder/machine/root/"; done
# These would act on the kernel that the container shares.
for unit in systemd-sysctl systemd-modules-load systemd-udev-trigger systemd-udevd systemd-timesyncd; do
  ln -sf /dev/null "$folder/machine/etc/systemd/system/$unit.service"
done
exec systemd-nspawn --quiet --register=no --keep-unit --private-network --boot \
  --capability=all --drop-capability=CAP_SYS_TIME,CAP_SYS_MODULE,CAP_SYS_BOOT,CAP_SYS_RAWIO,CAP_SYSLOG \
  --directory="$folder/machine" --bind="$folder/backup:/mnt/backup" </dev/null
