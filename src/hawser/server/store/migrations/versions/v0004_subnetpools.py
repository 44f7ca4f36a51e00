"""Subnet pools, address scopes, service types of subnets."""

from __future__ import annotations

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    pass
