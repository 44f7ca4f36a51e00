#!/bin/bash
# PID 1 of a node, in fresh net, mount, uts, ipc and pid namespaces.
# usage: node-init.sh NAME DISK READY_FD    (DISK outlives the node; READY_FD is told this process's pid)
set -e
name=$1 disk=$2 ready=$3
# /proc is still the outer one: it knows this process by the pid that the outer world uses.
read -r pid _ </proc/self/stat

# A tree of the host's under which this node's own files lie: what it writes goes to its disk alone.
own() { mount -t overlay overlay -o "lowerdir=$1,upperdir=$disk$1,workdir=$disk/.work$1" "$1"; }
own /etc
own /var
own /tmp
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t tmpfs -o mode=755 run /run
mkdir -p /run/netns /run/lock /run/openvswitch /run/keepalived /run/hawser/services

hostname "$name"
ip link set lo up

echo "$pid" >&"$ready"
exec {ready}>&-
set +e
# Bash reaps the orphans that it inherits while it waits.
while :; do sleep 86400 & wait $!; done
