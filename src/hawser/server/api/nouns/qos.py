"""Nouns about quality, aggregation and accounting: QoS policies and rules, trunks, metering."""

from __future__ import annotations

from hawser.server.api.resource import Resource

ALL: tuple[Resource, ...] = ()
