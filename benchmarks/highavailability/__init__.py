"""How highly available the routers are, and how many a node carries: `python -m benchmarks.highavailability`."""
