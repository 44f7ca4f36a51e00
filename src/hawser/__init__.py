"""Hawser: highly available virtual networking with the OpenStack Networking API."""
