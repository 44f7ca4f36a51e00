"""The networking API as its users speak it: raw HTTP over one connection that is kept, with Keystone's token."""

from __future__ import annotations

from typing import Any, Self
from urllib.parse import urlencode

import httpx
from keystoneauth1.identity import v3
from keystoneauth1.session import Session

from hawser.base.errors import LabError
from hawser.lab.lab import Lab
from hawser.lab.ports import LOOPBACK


class Api:
    """One user of one lab. Bodies are the API's own, so they are the only dicts here."""

    def __init__(self, lab: Lab, user: str) -> None:
        """``user`` is `admin` or `demo`."""
        url = f"http://{LOOPBACK}:{lab.record.ports['network']}/v2.0"
        headers = {"X-Auth-Token": _token(lab.access(user))}
        # No proxy of the environment stands between this client and the server.
        self._http = httpx.Client(base_url=url, headers=headers, timeout=30.0, trust_env=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the connection."""
        self._http.close()

    def create(self, noun: str, **attributes: Any) -> dict[str, Any]:
        """POST one: `create("network", name="blue")`. LabError with the server's words."""
        return dict(self._ask("POST", f"/{noun}s", {noun: attributes}, noun))

    def create_below(self, owner: str, noun: str, **attributes: Any) -> dict[str, Any]:
        """POST one that belongs to another: ``owner`` is that one's path, `floatingips/ID`."""
        return dict(self._ask("POST", f"/{owner}/{noun}s", {noun: attributes}, noun))

    def find(self, noun: str, **filters: str) -> list[dict[str, Any]]:
        """GET those that have these attributes."""
        return list(self._ask("GET", f"/{noun}s?{urlencode(filters)}", None, f"{noun}s"))

    def show(self, noun: str, identity: str) -> dict[str, Any]:
        """GET one."""
        return dict(self._ask("GET", f"/{noun}s/{identity}", None, noun))

    def change(self, noun: str, identity: str, **attributes: Any) -> dict[str, Any]:
        """PUT one."""
        return dict(self._ask("PUT", f"/{noun}s/{identity}", {noun: attributes}, noun))

    def delete(self, noun: str, identity: str) -> None:
        """DELETE one."""
        self._ask("DELETE", f"/{noun}s/{identity}")

    def delete_below(self, owner: str, noun: str, identity: str) -> None:
        """DELETE one that belongs to another."""
        self._ask("DELETE", f"/{owner}/{noun}s/{identity}")

    def act(self, router: str, action: str, **body: Any) -> None:
        """PUT to a router's member: `add_router_interface`, `remove_router_interface`."""
        self._ask("PUT", f"/routers/{router}/{action}", body)

    def parts(self, router: str) -> dict[str, str]:
        """What each host plays for a router: `{"network1": "active", "network2": "standby"}`; only hosts that
        live."""
        agents = self._ask("GET", f"/routers/{router}/l3-agents", None, "agents")
        return {agent["host"]: agent["ha_state"] for agent in agents if agent["alive"]}

    def shared_out(self) -> dict[str, list[str]]:
        """What the hosts of each highly available router play, in the alphabet's order: `["active", "standby"]`."""
        parts: dict[str, list[str]] = {}
        for place in self._ask("GET", "/router-places", None, "router_places"):
            parts.setdefault(place["router_id"], []).append(place["ha_state"] or "")
        return {router: sorted(of_hosts) for router, of_hosts in parts.items()}

    def hosts(self, router: str) -> set[str]:
        """The hosts of a router, whether they live or not."""
        return {agent["host"] for agent in self._ask("GET", f"/routers/{router}/l3-agents", None, "agents")}

    def starts(self, host: str) -> dict[str, str]:
        """When each agent of a host last started, by its binary."""
        agents = self._ask("GET", f"/agents?host={host}", None, "agents")
        return {agent["binary"]: agent["started_at"] for agent in agents}

    def unlimit(self) -> None:
        """Let the user's project have any number of everything."""
        project = self._ask("GET", "/quotas/tenant", None, "tenant")["tenant_id"]
        shown = self._ask("GET", f"/quotas/{project}", None, "quota")
        self._ask("PUT", f"/quotas/{project}", {"quota": dict.fromkeys(shown, -1)})

    def _ask(self, method: str, path: str, body: Any = None, answer_of: str = "") -> Any:
        answer = self._http.request(method, path, json=body)
        if answer.is_error:
            raise LabError(f"{method} {path} answered {answer.status_code}: {answer.text}")
        return answer.json()[answer_of] if answer_of else None


def _token(access: dict[str, str]) -> str:
    password = v3.Password(
        auth_url=access["OS_AUTH_URL"],
        username=access["OS_USERNAME"],
        password=access["OS_PASSWORD"],
        project_name=access["OS_PROJECT_NAME"],
        user_domain_name=access["OS_USER_DOMAIN_NAME"],
        project_domain_name=access["OS_PROJECT_DOMAIN_NAME"],
    )
    return str(Session(auth=password).get_token())
