"""The extensions that this server speaks: only those that work, so that clients can rely on the list.

Names and dates of most come from neutron-lib; the others are named here as OpenStack Networking names them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from neutron_lib.api.definitions import (
    aap_reject_multicast,
    address_group,
    agent,
    allowedaddresspairs,
    dhcpagentscheduler,
    dns,
    dns_domain_ports,
    external_net,
    extra_dhcp_opt,
    extraroute,
    filter_validation,
    ip_substring_port_filtering,
    l3,
    l3_ext_gw_mode,
    l3_ext_ha_mode,
    network_mtu,
    network_mtu_writable,
    pagination,
    port_mac_address_regenerate,
    port_security,
    portbindings,
    portbindings_extended,
    project_id,
    provider_net,
    qos,
    qos_bw_limit_direction,
    qos_bw_minimum_ingress,
    qos_default,
    qos_fip,
    qos_port_network_policy,
    qos_pps_minimum_rule,
    qos_pps_minimum_rule_alias,
    qos_pps_rule,
    qos_rule_type_details,
    qos_rule_type_filter,
    qos_rules_alias,
    rbac_address_groups,
    rbac_security_groups,
    security_groups_normalized_cidr,
    security_groups_port_filtering,
    security_groups_remote_address_group,
    security_groups_rules_belongs_to_default_sg,
    security_groups_shared_filtering,
    sorting,
    stateful_security_group,
    trunk,
    trunk_details,
    uplink_status_propagation,
    uplink_status_propagation_updatable,
)

_DEFINED = (
    aap_reject_multicast,
    address_group,
    agent,
    allowedaddresspairs,
    dhcpagentscheduler,
    dns,
    dns_domain_ports,
    external_net,
    extra_dhcp_opt,
    extraroute,
    filter_validation,
    ip_substring_port_filtering,
    l3,
    l3_ext_gw_mode,
    l3_ext_ha_mode,
    network_mtu,
    network_mtu_writable,
    pagination,
    port_mac_address_regenerate,
    port_security,
    portbindings,
    portbindings_extended,
    project_id,
    provider_net,
    qos,
    qos_bw_limit_direction,
    qos_bw_minimum_ingress,
    qos_default,
    qos_fip,
    qos_port_network_policy,
    qos_pps_minimum_rule,
    qos_pps_minimum_rule_alias,
    qos_pps_rule,
    qos_rule_type_details,
    qos_rule_type_filter,
    qos_rules_alias,
    rbac_address_groups,
    rbac_security_groups,
    security_groups_normalized_cidr,
    security_groups_port_filtering,
    security_groups_remote_address_group,
    security_groups_rules_belongs_to_default_sg,
    security_groups_shared_filtering,
    sorting,
    trunk,
    trunk_details,
    stateful_security_group,
    uplink_status_propagation,
    uplink_status_propagation_updatable,
)
_OURS = (
    ("quotas", "Quota management support", "Limits what a project may have of each kind."),
    ("quota_details", "Quota details", "Shows what a project has beside what it may have."),
    ("quota-check-limit", "Quota limit checks", "Refuses a limit below what a project has, where asked to."),
    ("standard-attr-tag", "Tags", "Networks, ports and others can be given tags, and found by them."),
    ("revision-if-match", "If-Match by revision", "A change can be bound to a revision of what it changes."),
    ("security-group", "Security groups", "Named sets of rules for what ports may send and receive."),
    ("rbac-policies", "RBAC policies", "Networks and others are shared with single projects."),
    (
        "security-groups-default-rules",
        "Default security group rules",
        "The rules that new security groups get can be chosen.",
    ),
    ("l3_agent_scheduler", "L3 agent scheduler", "Shows which L3 agents host a router, and their routers."),
    ("standard-attr-description", "Descriptions", "Every resource has a description."),
    ("standard-attr-timestamp", "Time stamps", "Every resource shows when it was made and last changed."),
    (
        "standard-attr-revisions",
        "Revision numbers",
        "Every resource shows a number that grows as it changes.",
    ),
)
_UPDATED = "2026-01-01T00:00:00-00:00"


def _extension(alias: str, name: str, description: str, updated: str) -> Mapping[str, Any]:
    return {"alias": alias, "name": name, "description": description, "updated": updated, "links": []}


ALL: Mapping[str, Mapping[str, Any]] = {
    **{d.ALIAS: _extension(d.ALIAS, d.NAME, d.DESCRIPTION, d.UPDATED_TIMESTAMP) for d in _DEFINED},
    **{alias: _extension(alias, name, text, _UPDATED) for alias, name, text in _OURS},
}
"""By alias."""
