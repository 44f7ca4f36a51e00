#!/bin/sh
# Process 1 of an instance: makes its own root out of the node's, waits until it is plugged, then boots.
#
# usage: unshare --net --mount --uts --ipc --pid --fork … sh init.sh DIRECTORY HOSTNAME
#   DIRECTORY  holds upper/, work/ and root/; upper/ already hides what an instance must not see
# A line on standard input says that the interfaces are there and wired. The end of input without a line says
# that whoever started this is gone: then nothing starts. Output is the instance's console.
set -eu
directory=$1 name=$2
hostname "$name"

mount -t overlay -o "lowerdir=/,upperdir=$directory/upper,workdir=$directory/work" overlay "$directory/root"
cd "$directory/root"
mount -t proc -o nosuid,noexec,nodev proc proc
mount -t sysfs -o ro,nosuid,noexec,nodev sysfs sys
# Of /proc/sys only net belongs to this network namespace: the rest is the whole machine's.
mount --bind proc/sys proc/sys
mount --bind proc/sys/net proc/sys/net
mount -o remount,bind,ro proc/sys
mount -t tmpfs -o nosuid,mode=755,size=64k dev dev
mknod -m 666 dev/null c 1 3
[ ! -e proc/sysrq-trigger ] || mount --bind dev/null proc/sysrq-trigger
mknod -m 666 dev/zero c 1 5
mknod -m 666 dev/full c 1 7
mknod -m 666 dev/random c 1 8
mknod -m 666 dev/urandom c 1 9
mknod -m 666 dev/tty c 5 0
mkdir dev/net dev/pts dev/shm
mknod -m 600 dev/net/tun c 10 200
mount -t devpts -o newinstance,ptmxmode=666,mode=620 devpts dev/pts
mount -t tmpfs -o nosuid,nodev,mode=1777,size=16m shm dev/shm
ln -s pts/ptmx dev/ptmx
ln -s /proc/self/fd dev/fd
ln -s fd/0 dev/stdin
ln -s fd/1 dev/stdout
ln -s fd/2 dev/stderr
mount -t tmpfs -o nosuid,nodev,mode=755,size=16m run run
mkdir run/lock run/netns
mount -t tmpfs -o nosuid,nodev,mode=1777,size=64m tmp tmp
mkdir mnt/.node
pivot_root . mnt/.node
cd /
umount -l /mnt/.node
rmdir /mnt/.node

read -r _ || exit 1

# The machine's clock, modules and devices are not an instance's to change.
exec setpriv --bounding-set=-sys_module,-sys_rawio,-sys_boot,-sys_time,-mknod,-syslog,-sys_ptrace \
  /bin/sh /usr/sbin/hawser-boot
