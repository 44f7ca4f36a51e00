"""Networking's neighbours in the lab: compute and image (small), and the real Keystone."""
