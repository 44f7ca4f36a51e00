"""The table of nouns: which attributes and which use cases each resource of the API has."""

from __future__ import annotations

from hawser.server.api.nouns import core, pools, qos, routing, sharing
from hawser.server.api.resource import Resource

ALL: tuple[Resource, ...] = (*core.ALL, *pools.ALL, *routing.ALL, *sharing.ALL, *qos.ALL)
