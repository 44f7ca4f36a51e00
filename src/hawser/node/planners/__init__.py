"""From what a node shall be, and the facts of the machine, to the items that stand on it. Pure."""
