"""Nodes as namespaces on one machine, and the faults that befall them."""
