"""Service profiles."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Table, Text

from hawser.server.model.serviceprofile import ServiceProfile
from hawser.server.store.tables.columns import METADATA, id_column
from hawser.server.store.tables.records import Records

service_profile_table = Table(
    "service_profiles",
    METADATA,
    id_column(),
    Column("description", Text, nullable=False),
    Column("driver", Text, nullable=False),
    Column("metainfo", Text, nullable=False),
    Column("enabled", Boolean, nullable=False),
)

service_profiles: Records[ServiceProfile] = Records(
    "service_profiles", service_profile_table, build=lambda tx, fields: ServiceProfile(**fields)
)
