"""How compute agents speak with the compute service: a held request for what to run, and reports back.

A node shows its key (``Authorization: Bearer``) and gets its own host's instances only.
"""

from __future__ import annotations

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from hawser.base.errors import BadInput, Unauthenticated
from hawser.base.keys import is_node_key
from hawser.cloud.api.pipe import BODY_LIMIT, limited
from hawser.cloud.dispatch import Dispatch
from hawser.cloud.wire import HostState
from hawser.wire import codec

HOLD_SECONDS = 10.0
REPORT_LIMIT = 64 * BODY_LIMIT


def agent_routes(dispatch: Dispatch, secret: str) -> Sequence[BaseRoute]:
    """``GET …/instances?after=REVISION`` and ``POST …/report`` of each host."""

    async def instances(request: Request) -> Response:
        host = _host(request, secret)
        after = request.query_params.get("after", "-1")
        if not after.lstrip("-").isdigit():
            raise BadInput("after", f"'{after}' is not a revision")
        wish = await dispatch.wish(host, int(after), HOLD_SECONDS)
        return Response(codec.encode(wish), media_type="application/json")

    async def report(request: Request) -> Response:
        host = _host(request, secret)
        content = await limited(request, REPORT_LIMIT)
        await dispatch.report(host, codec.decode(content, HostState))
        return Response(status_code=204)

    return [
        Route("/agent/v1/{host}/instances", instances, methods=["GET"]),
        Route("/agent/v1/{host}/report", report, methods=["POST"]),
    ]


def _host(request: Request, secret: str) -> str:
    host: str = request.path_params["host"]
    scheme, _, key = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not is_node_key(secret, host, key):
        raise Unauthenticated(f"This is not the key of {host}: see [hawser] node_key of its neutron.conf.")
    return host
