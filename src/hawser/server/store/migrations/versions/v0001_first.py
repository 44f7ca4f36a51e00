"""The first schema."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    _agents()
    _changes()
    _networks()
    _revision_counter()
    _security_groups()
    _ports()
    _security_group_rules()
    _subnets()
    _dhcp_hostings()
    _fixed_ips()
    _port_security_groups()
    _routers()
    _floating_ips()
    _router_hosts()
    op.execute("INSERT INTO revision_counter (id, revision) VALUES (1, 0)")


def _agents() -> None:
    op.create_table(
        "agents",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("agent_type", sa.String(64), nullable=False),
        sa.Column("binary", sa.String(64), nullable=False),
        sa.Column("host", sa.String(255), nullable=False),
        sa.Column("availability_zone", sa.String(255), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("admin_state_up", sa.Boolean(), nullable=False),
        sa.Column("tunnel_address", sa.String(64), nullable=False),
        sa.Column("mappings", sa.Text(), nullable=False),
        sa.Column("configurations", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("started_at", sa.DateTime(), nullable=False),
        sa.Column("heartbeat_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("agent_type", "host", name="uq_agents_agent_type_host"),
    )
    op.create_index("ix_agents_host", "agents", ["host"])


def _changes() -> None:
    op.create_table(
        "changes",
        sa.Column("revision", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("noun", sa.String(32), nullable=False),
        sa.Column("key", sa.String(36), nullable=False),
        sa.PrimaryKeyConstraint("revision", "noun", "key"),
    )


def _networks() -> None:
    op.create_table(
        "networks",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("project_id", sa.String(255), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("updated_at", sa.DateTime(), nullable=False),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("admin_state_up", sa.Boolean(), nullable=False),
        sa.Column("shared", sa.Boolean(), nullable=False),
        sa.Column("external", sa.Boolean(), nullable=False),
        sa.Column("mtu", sa.Integer(), nullable=False),
        sa.Column("port_security_enabled", sa.Boolean(), nullable=False),
        sa.Column("network_type", sa.String(64), nullable=False),
        sa.Column("physical_network", sa.String(64)),
        sa.Column("segmentation_id", sa.Integer()),
        sa.Column("segment", sa.String(128)),
        sa.Column("ha_project_id", sa.String(255)),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("ha_project_id"),
        sa.UniqueConstraint("segment"),
    )
    op.create_index("ix_networks_name", "networks", ["name"])
    op.create_index("ix_networks_project_id", "networks", ["project_id"])


def _revision_counter() -> None:
    op.create_table(
        "revision_counter",
        sa.Column("id", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )


def _security_groups() -> None:
    op.create_table(
        "security_groups",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("project_id", sa.String(255), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("updated_at", sa.DateTime(), nullable=False),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("default", sa.Boolean(), nullable=False),
        sa.Column("default_of", sa.String(255)),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("default_of"),
    )
    op.create_index("ix_security_groups_name", "security_groups", ["name"])
    op.create_index("ix_security_groups_project_id", "security_groups", ["project_id"])


def _ports() -> None:
    op.create_table(
        "ports",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("project_id", sa.String(255), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("updated_at", sa.DateTime(), nullable=False),
        sa.Column("network_id", sa.String(36), nullable=False),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("mac", sa.String(17), nullable=False),
        sa.Column("admin_state_up", sa.Boolean(), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("device_id", sa.String(255), nullable=False),
        sa.Column("device_owner", sa.String(255), nullable=False),
        sa.Column("host", sa.String(255), nullable=False),
        sa.Column("vnic_type", sa.String(64), nullable=False),
        sa.Column("port_security_enabled", sa.Boolean(), nullable=False),
        sa.Column("address_pairs", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["network_id"], ["networks.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("network_id", "mac", name="uq_ports_network_id_mac"),
    )
    op.create_index("ix_ports_device_id", "ports", ["device_id"])
    op.create_index("ix_ports_host", "ports", ["host"])
    op.create_index("ix_ports_name", "ports", ["name"])
    op.create_index("ix_ports_network_id", "ports", ["network_id"])
    op.create_index("ix_ports_project_id", "ports", ["project_id"])


def _security_group_rules() -> None:
    op.create_table(
        "security_group_rules",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("project_id", sa.String(255), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("updated_at", sa.DateTime(), nullable=False),
        sa.Column("security_group_id", sa.String(36), nullable=False),
        sa.Column("direction", sa.String(16), nullable=False),
        sa.Column("ethertype", sa.String(8), nullable=False),
        sa.Column("protocol", sa.String(40)),
        sa.Column("port_range_min", sa.Integer()),
        sa.Column("port_range_max", sa.Integer()),
        sa.Column("remote_ip_prefix", sa.String(64)),
        sa.Column("remote_group_id", sa.String(36)),
        sa.ForeignKeyConstraint(["remote_group_id"], ["security_groups.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["security_group_id"], ["security_groups.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_security_group_rules_project_id", "security_group_rules", ["project_id"])
    op.create_index("ix_security_group_rules_remote_group_id", "security_group_rules", ["remote_group_id"])
    op.create_index(
        "ix_security_group_rules_security_group_id", "security_group_rules", ["security_group_id"]
    )


def _subnets() -> None:
    op.create_table(
        "subnets",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("project_id", sa.String(255), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("updated_at", sa.DateTime(), nullable=False),
        sa.Column("network_id", sa.String(36), nullable=False),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("cidr", sa.String(64), nullable=False),
        sa.Column("gateway_ip", sa.String(64)),
        sa.Column("enable_dhcp", sa.Boolean(), nullable=False),
        sa.Column("pools", sa.Text(), nullable=False),
        sa.Column("dns_nameservers", sa.Text(), nullable=False),
        sa.Column("host_routes", sa.Text(), nullable=False),
        sa.Column("ipv6_ra_mode", sa.String(32)),
        sa.Column("ipv6_address_mode", sa.String(32)),
        sa.ForeignKeyConstraint(["network_id"], ["networks.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_subnets_name", "subnets", ["name"])
    op.create_index("ix_subnets_network_id", "subnets", ["network_id"])
    op.create_index("ix_subnets_project_id", "subnets", ["project_id"])


def _dhcp_hostings() -> None:
    op.create_table(
        "dhcp_hostings",
        sa.Column("network_id", sa.String(36), nullable=False),
        sa.Column("agent_id", sa.String(36), nullable=False),
        sa.Column("host", sa.String(255), nullable=False),
        sa.Column("port_id", sa.String(36), nullable=False),
        sa.ForeignKeyConstraint(["agent_id"], ["agents.id"]),
        sa.ForeignKeyConstraint(["network_id"], ["networks.id"]),
        sa.ForeignKeyConstraint(["port_id"], ["ports.id"]),
        sa.PrimaryKeyConstraint("network_id", "agent_id"),
    )
    op.create_index("ix_dhcp_hostings_agent_id", "dhcp_hostings", ["agent_id"])
    op.create_index("ix_dhcp_hostings_port_id", "dhcp_hostings", ["port_id"])


def _fixed_ips() -> None:
    op.create_table(
        "fixed_ips",
        sa.Column("subnet_id", sa.String(36), nullable=False),
        sa.Column("address", sa.String(64), nullable=False),
        sa.Column("port_id", sa.String(36), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["port_id"], ["ports.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["subnet_id"], ["subnets.id"]),
        sa.PrimaryKeyConstraint("subnet_id", "address"),
    )
    op.create_index("ix_fixed_ips_port_id", "fixed_ips", ["port_id"])


def _port_security_groups() -> None:
    op.create_table(
        "port_security_groups",
        sa.Column("port_id", sa.String(36), nullable=False),
        sa.Column("security_group_id", sa.String(36), nullable=False),
        sa.ForeignKeyConstraint(["port_id"], ["ports.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["security_group_id"], ["security_groups.id"]),
        sa.PrimaryKeyConstraint("port_id", "security_group_id"),
    )
    op.create_index(
        "ix_port_security_groups_security_group_id", "port_security_groups", ["security_group_id"]
    )


def _routers() -> None:
    op.create_table(
        "routers",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("project_id", sa.String(255), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("updated_at", sa.DateTime(), nullable=False),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("admin_state_up", sa.Boolean(), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("ha", sa.Boolean(), nullable=False),
        sa.Column("gateway_network_id", sa.String(36)),
        sa.Column("gateway_port_id", sa.String(36)),
        sa.Column("enable_snat", sa.Boolean(), nullable=False),
        sa.Column("routes", sa.Text(), nullable=False),
        sa.Column("vrid", sa.SmallInteger()),
        sa.Column("ha_network_id", sa.String(36)),
        sa.ForeignKeyConstraint(["gateway_network_id"], ["networks.id"]),
        sa.ForeignKeyConstraint(["gateway_port_id"], ["ports.id"]),
        sa.ForeignKeyConstraint(["ha_network_id"], ["networks.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("ha_network_id", "vrid", name="uq_routers_ha_network_id_vrid"),
    )
    op.create_index("ix_routers_gateway_network_id", "routers", ["gateway_network_id"])
    op.create_index("ix_routers_gateway_port_id", "routers", ["gateway_port_id"])
    op.create_index("ix_routers_name", "routers", ["name"])
    op.create_index("ix_routers_project_id", "routers", ["project_id"])


def _floating_ips() -> None:
    op.create_table(
        "floating_ips",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("project_id", sa.String(255), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("updated_at", sa.DateTime(), nullable=False),
        sa.Column("network_id", sa.String(36), nullable=False),
        sa.Column("address", sa.String(64), nullable=False),
        sa.Column("external_port_id", sa.String(36), nullable=False),
        sa.Column("port_id", sa.String(36)),
        sa.Column("fixed_address", sa.String(64)),
        sa.Column("router_id", sa.String(36)),
        sa.Column("status", sa.String(16), nullable=False),
        sa.ForeignKeyConstraint(["external_port_id"], ["ports.id"]),
        sa.ForeignKeyConstraint(["network_id"], ["networks.id"]),
        sa.ForeignKeyConstraint(["port_id"], ["ports.id"]),
        sa.ForeignKeyConstraint(["router_id"], ["routers.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint(
            "network_id", "port_id", "fixed_address", name="uq_floating_ips_network_id_port_id_fixed_address"
        ),
    )
    op.create_index("ix_floating_ips_address", "floating_ips", ["address"])
    op.create_index("ix_floating_ips_external_port_id", "floating_ips", ["external_port_id"])
    op.create_index("ix_floating_ips_network_id", "floating_ips", ["network_id"])
    op.create_index("ix_floating_ips_port_id", "floating_ips", ["port_id"])
    op.create_index("ix_floating_ips_project_id", "floating_ips", ["project_id"])
    op.create_index("ix_floating_ips_router_id", "floating_ips", ["router_id"])


def _router_hosts() -> None:
    op.create_table(
        "router_hosts",
        sa.Column("router_id", sa.String(36), nullable=False),
        sa.Column("agent_id", sa.String(36), nullable=False),
        sa.Column("host", sa.String(255), nullable=False),
        sa.Column("rank", sa.SmallInteger(), nullable=False),
        sa.Column("ha_port_id", sa.String(36)),
        sa.Column("mastership", sa.String(64), nullable=False),
        sa.Column("mastership_at", sa.DateTime()),
        sa.ForeignKeyConstraint(["agent_id"], ["agents.id"]),
        sa.ForeignKeyConstraint(["ha_port_id"], ["ports.id"]),
        sa.ForeignKeyConstraint(["router_id"], ["routers.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("router_id", "agent_id"),
    )
    op.create_index("ix_router_hosts_agent_id", "router_hosts", ["agent_id"])
    op.create_index("ix_router_hosts_ha_port_id", "router_hosts", ["ha_port_id"])
    op.create_index("ix_router_hosts_host", "router_hosts", ["host"])
