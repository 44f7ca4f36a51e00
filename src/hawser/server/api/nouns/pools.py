"""Nouns about where addresses come from: subnet pools and address scopes."""

from __future__ import annotations

from hawser.server.api.resource import Resource

ALL: tuple[Resource, ...] = ()
