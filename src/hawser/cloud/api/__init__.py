"""The HTTP side of the lab's compute (Nova 2.1) and image (Glance v2) services, and of their agents."""
