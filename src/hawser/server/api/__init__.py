"""The OpenStack Networking API over HTTP; the only room that knows of it."""
