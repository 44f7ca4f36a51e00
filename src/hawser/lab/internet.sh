#!/bin/sh
# What plays the Internet on `outside`: the name servers of the documents, a name, and the host that has it.
# It is the site's router, too: the controller reaches the external network through it.
# usage: internet.sh    (in a node of its own; goes on until it is ended)
set -e
sysctl -q -w net.ipv4.ip_forward=1
for address in 8.8.4.4/32 8.8.8.8/32 174.143.194.225/32 2001:4860:4860::8844/128 2001:4860:4860::8888/128; do
  ip address replace "$address" dev lo
done
exec dnsmasq --keep-in-foreground --conf-file=/dev/null --pid-file= --no-resolv --no-hosts \
  --host-record=openstack.org,174.143.194.225
