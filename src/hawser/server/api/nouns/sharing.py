"""Nouns about sharing and grouping: RBAC policies, address groups, default security group rules."""

from __future__ import annotations

from hawser.server.api.resource import Resource

ALL: tuple[Resource, ...] = ()
