"""Version discovery: what this endpoint speaks, and where. Open to all; links follow the Host header."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse

from hawser.server.api.nouns import ALL


async def versions(request: Request) -> JSONResponse:
    """GET /: the one version."""
    link = {"rel": "self", "href": f"{_base(request)}/v2.0/"}
    return JSONResponse({"versions": [{"id": "v2.0", "status": "CURRENT", "links": [link]}]})


async def resources(request: Request) -> JSONResponse:
    """GET /v2.0/: the collections."""
    base = _base(request)
    return JSONResponse(
        {
            "resources": [
                {
                    "name": resource.singular,
                    "collection": resource.plural,
                    "links": [{"rel": "self", "href": f"{base}/v2.0/{resource.route}"}],
                }
                for resource in ALL
                if resource.parent is None
            ]
        }
    )


async def health(_request: Request) -> PlainTextResponse:
    """GET /healthcheck: the process answers."""
    return PlainTextResponse("OK")


def _base(request: Request) -> str:
    return str(request.base_url).rstrip("/")
