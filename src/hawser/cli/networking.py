"""The networking servers' API as an operator calls it: with the variables that the openstack client reads."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any, Self
from urllib.parse import urlencode

from hawser.base.errors import BadInput, Conflict, Forbidden, HawserError, NotFound, Unavailable

_REMEDY = "Set OS_AUTH_URL, OS_USERNAME, ... as for the openstack client."


class Networking:
    """Speaks for the user that the environment names; ``adapter`` is keystoneauth's for the network service."""

    def __init__(self, adapter: Any) -> None:
        self._adapter = adapter
        endpoint = adapter.get_endpoint()
        if not endpoint:
            raise Unavailable("The catalog of the identity service has no network service in this region.")
        self._root = f"{endpoint.rstrip('/').removesuffix('/v2.0')}/v2.0"

    @classmethod
    def of_environment(cls, variables: Mapping[str, str] = os.environ) -> Self:
        """`BadInput` where a variable is missing, `Unavailable` where the identity service does not answer."""
        from keystoneauth1 import exceptions
        from keystoneauth1.adapter import Adapter
        from keystoneauth1.session import Session

        auth = _auth(variables)
        insecure = variables.get("OS_INSECURE", "").lower() in ("1", "true", "yes")
        session = Session(auth, verify=not insecure and (variables.get("OS_CACERT") or True))
        interface = variables.get("OS_INTERFACE") or variables.get("OS_ENDPOINT_TYPE") or "public"
        region = variables.get("OS_REGION_NAME") or None
        try:
            return cls(Adapter(session, service_type="network", interface=interface, region_name=region))
        except exceptions.Unauthorized as error:
            raise Forbidden(f"The identity service does not know this user: {error}") from error
        except exceptions.ClientException as error:
            raise Unavailable(f"The identity service does not answer: {error}") from error

    def get(self, path: str, **query: str) -> Any:
        """The body of an answer; an error of ours with the server's words where it refuses."""
        return self._call("GET", f"{path}?{urlencode(query)}" if query else path)

    def put(self, path: str, body: Mapping[str, Any]) -> Any:
        """As `get`, for PUT."""
        return self._call("PUT", path, json=body)

    def post(self, path: str, body: Mapping[str, Any]) -> Any:
        """As `get`, for POST."""
        return self._call("POST", path, json=body)

    def _call(self, method: str, path: str, **more: Any) -> Any:
        from keystoneauth1 import exceptions

        try:
            answer = self._adapter.request(f"{self._root}/{path}", method, raise_exc=False, **more)
        except exceptions.ClientException as error:
            raise Unavailable(f"The networking server does not answer: {error}") from error
        if answer.status_code >= 400:
            raise _refusal(answer.status_code, answer.text, answer)
        return answer.json() if answer.content else None


def _auth(variables: Mapping[str, str]) -> Any:
    """keystoneauth's plugin that the variables describe."""
    from keystoneauth1 import exceptions, loading

    try:
        loader = loading.get_plugin_loader(variables.get("OS_AUTH_TYPE") or "password")
        said = {option.dest: variables.get(f"OS_{option.dest.upper()}") for option in loader.get_options()}
        return loader.load_from_options(**{name: value for name, value in said.items() if value})
    except exceptions.ClientException as error:
        raise BadInput("environment", str(error).rstrip("."), _REMEDY) from error


def _refusal(status: int, text: str, answer: Any) -> HawserError:
    try:
        words = str(answer.json()["NeutronError"]["message"])
    except (ValueError, KeyError, TypeError):
        words = f"The networking server answers {status}: {text[:200]}"
    if status == 404:
        return NotFound("resource", "", words)
    kinds = {400: HawserError, 401: Forbidden, 403: Forbidden, 409: Conflict}
    return kinds.get(status, Unavailable)(words)
