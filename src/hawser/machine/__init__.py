"""A Linux machine's network as values, and the hands that make it so: a library of its own.

`items` says what can stand on a machine, `plan` finds the steps from one picture of a machine to another,
`drivers` read and change a real machine (or a twin of it in memory). It knows nothing of networks, routers
or the OpenStack API.
"""
