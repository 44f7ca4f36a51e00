#!/bin/sh
# What udhcpc calls when a lease comes, is renewed or is lost: sets address, MTU, routes and resolvers.
# Classless static routes (RFC 3442) come as "destination next-hop …" and replace the router option.
routes() {
  while [ $# -ge 2 ]; do
    case $2 in
      0.0.0.0) ip -4 route replace "$1" dev "$interface" ;;
      *) ip -4 route replace "$1" via "$2" dev "$interface" onlink ;;
    esac
    shift 2
  done
}

case $1 in
  deconfig) ip -4 address flush dev "$interface" ;;
  bound | renew)
    [ -n "${mtu:-}" ] && ip link set "$interface" mtu "$mtu"
    ip -4 address replace "$ip/${mask:-24}" broadcast + dev "$interface"
    # Who knows another's MAC for this address learns the new one (gratuitous ARP, RFC 5227, section 3).
    [ "$1" = bound ] && busybox arping -q -U -c 1 -w 1 -I "$interface" "$ip" >/dev/null 2>&1 &
    if [ -n "${staticroutes:-}" ]; then
      routes $staticroutes
    else
      for gateway in ${router:-}; do ip -4 route replace default via "$gateway" dev "$interface" && break; done
    fi
    if [ -n "${dns:-}" ]; then
      {
        [ -n "${domain:-}" ] && echo "search $domain"
        for server in $dns; do echo "nameserver $server"; done
      } >/etc/resolv.conf
    fi
    [ "$1" = bound ] && echo "$interface: address $ip/${mask:-24} at $(cut -d' ' -f1 /proc/uptime) s"
    ;;
esac
exit 0
