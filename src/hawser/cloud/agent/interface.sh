#!/bin/sh
# Brings one interface of an instance up and asks for its address.
#
# usage: hawser-interface NAME
# A host's defaults: IPv6 addresses by stateless address configuration (RFC 4862) from the MAC.
conf=/proc/sys/net/ipv6/conf/$1
echo 0 >"$conf"/forwarding
echo 1 >"$conf"/accept_ra
echo 0 >"$conf"/addr_gen_mode
ip link set "$1" up
# A lease within 30 s, or on in the background; given back (-R) when the instance is stopped.
exec udhcpc -i "$1" -s /etc/udhcpc/hawser.script -b -R -t 30 -T 1 -A 1 -S -F "$(hostname)" \
  -O staticroutes -O mtu -p /run/udhcpc."$1".pid
