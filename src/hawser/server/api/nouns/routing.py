"""Nouns around routers: flavors, service profiles, port forwardings."""

from __future__ import annotations

from hawser.server.api.resource import Resource

ALL: tuple[Resource, ...] = ()
