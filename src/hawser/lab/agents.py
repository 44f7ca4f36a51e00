"""Who of the lab's agents lives, asked of the networking API itself: the last word on whether a lab is
ready."""

from __future__ import annotations

from collections.abc import Mapping

import httpx

from hawser.lab.ports import LOOPBACK
from hawser.lab.topology import Role, Topology

BINARIES = {
    Role.LINUXBRIDGE: "neutron-linuxbridge-agent",
    Role.L3: "neutron-l3-agent",
    Role.DHCP: "neutron-dhcp-agent",
    Role.METADATA: "neutron-metadata-agent",
}


def expected(topology: Topology) -> frozenset[tuple[str, str]]:
    """Host and binary of every agent that the topology has."""
    return frozenset((node.name, BINARIES[role]) for node in topology.nodes for role in node.agents)


class Census:
    """Asks as an administrator; one token for all questions."""

    def __init__(self, variables: Mapping[str, str], network_port: int) -> None:
        """``variables`` are those of the administrator's openrc."""
        self._variables = variables
        self._url = f"http://{LOOPBACK}:{network_port}/v2.0/agents"
        self._token = ""

    def alive(self) -> frozenset[tuple[str, str]]:
        """Host and binary of those that live; none while the API or Keystone does not answer."""
        try:
            with httpx.Client(timeout=5.0, trust_env=False) as client:
                self._token = self._token or self._issue(client)
                answer = (
                    client.get(self._url, headers={"X-Auth-Token": self._token}).raise_for_status().json()
                )
        except httpx.HTTPError:
            return frozenset()
        return frozenset((row["host"], row["binary"]) for row in answer["agents"] if row["alive"])

    def _issue(self, client: httpx.Client) -> str:
        values, domain = self._variables, {"name": self._variables["OS_USER_DOMAIN_NAME"]}
        user = {"name": values["OS_USERNAME"], "password": values["OS_PASSWORD"], "domain": domain}
        scope = {"project": {"name": values["OS_PROJECT_NAME"], "domain": domain}}
        identity = {"methods": ["password"], "password": {"user": user}}
        body = {"auth": {"identity": identity, "scope": scope}}
        answer = client.post(f"{values['OS_AUTH_URL']}/auth/tokens", json=body).raise_for_status()
        return str(answer.headers["X-Subject-Token"])
