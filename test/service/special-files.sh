#!/bin/sh
# Makes files with everything that a backup must keep, in the places that a sandbox likes to hide.
set -eu
for folder in /home/somebody /root/special /tmp/of-the-host /var/tmp/of-the-host /opt/special; do
  mkdir -p "$folder"
  echo "a file in $folder" >"$folder/plain"
done
chown -R 1000:1000 /home/somebody
chmod 0700 /home/somebody
cd /opt/special
install -m 4755 /bin/true setuid
install -m 2755 -g mail /bin/true setgid
install -m 0755 /bin/ping capable 2>/dev/null || install -m 0755 /bin/true capable
setcap cap_net_raw=ep capable
mknod block b 7 5
mknod character c 1 3
mkfifo fifo
echo acl >acl
setfacl -m u:1000:rw,g:mail:r acl
mkdir default-acl
setfacl -d -m u:1000:rwx default-acl
echo attributes >attributes
setfattr -n trusted.secret -v of-root attributes
setfattr -n security.note -v kept attributes
ln plain hard-link
ln -s /nowhere/at/all symlink
truncate -s 1M sparse
mkdir unreadable
echo secret >unreadable/file
chmod 0000 unreadable unreadable/file
chown 4711:4712 unreadable
touch -d '2001-02-03 04:05:06.789' old
touch "$(printf 'odd\nname \377')"
