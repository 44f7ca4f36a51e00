"""How far Hawser is the Networking API that others test for: `python -m conformance`.

The real Keystone, a real `neutron-server`, the lab's compute service and the signs of life of its nodes, all on the
host's loopback; then the public test suite `tempest.api.network` against them, on each database. Nothing is left out
by hand: the suite is told the extensions that the server itself lists, and the table names the reason of every skip.
"""
