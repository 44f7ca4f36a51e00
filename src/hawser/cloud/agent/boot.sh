#!/bin/sh
# What an instance does once it has its root and its interfaces: network, then the user's own script.
# It stays process 1: it collects orphans, and on SIGTERM stops all processes and itself.
stop() {
  echo "stopping"
  kill -TERM -1 2>/dev/null
  for _ in 1 2 3 4 5 6 7 8 9 10; do
    [ "$(ls -d /proc/[0-9]* | wc -l)" -le 4 ] && break
    sleep 0.05
  done
  exit 0
}
trap stop TERM

echo "instance $(hostname)"
sysctl -qw net.ipv4.ip_forward=0 net.ipv4.ping_group_range='0 2147483647'
ip link set lo up
for path in /sys/class/net/eth*; do
  sh /usr/sbin/hawser-interface "${path##*/}" &
  clients="${clients:-} $!"
done
for client in ${clients:-}; do wait "$client"; done
: >/run/booted

if [ -f /var/lib/cloud/user-data ]; then
  case $(head -c 2 /var/lib/cloud/user-data) in
    '#!')
      chmod 700 /var/lib/cloud/user-data
      (cd / && setsid /var/lib/cloud/user-data </dev/null)
      echo "user data ended with status $?"
      ;;
    *) echo "user data is not a script (it does not begin with #!): left alone" ;;
  esac
fi
: >/run/user-data-done
while :; do
  sleep 86400 &
  wait $!
done
