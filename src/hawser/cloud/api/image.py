"""The image service as one ASGI application (Image API v2): a list of images, payloads kept as files."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import BaseRoute, Route

from hawser.base.errors import BadInput, Conflict, Forbidden, NotFound
from hawser.cloud.api.bodies import Lenient, Name
from hawser.cloud.api.pipe import FAULTS, base_url, body, route
from hawser.cloud.api.views import Json, moment
from hawser.cloud.model import Image, now
from hawser.cloud.store import Store
from hawser.server.api.auth import Auth
from hawser.server.model.caller import Caller

PAYLOAD_LIMIT = 256 * 1024 * 1024
VERSIONS = ("v2.0", "v2.1", "v2.2", "v2.3", "v2.5")


class ImageBody(Lenient):
    """What ``POST /v2/images`` holds."""

    name: Name
    id: uuid.UUID | None = None
    visibility: Literal["public", "private", "shared", "community"] = "shared"
    disk_format: Annotated[str, Field(max_length=20)] = "raw"
    container_format: Annotated[str, Field(max_length=20)] = "bare"


def image_app(store: Store, auth: Auth, folder: Path) -> Starlette:
    """The application. ``folder`` holds the payloads; it is made when first needed."""
    routes: list[BaseRoute] = [Route("/", _versions), Route("/versions", _versions)]
    return Starlette(routes=[*routes, *_Images(store, folder).routes(auth)], exception_handlers=FAULTS)


async def _versions(request: Request) -> Response:
    """300 (Multiple Choices), which is how this API tells its versions at its root."""
    href = [{"rel": "self", "href": f"{base_url(request)}/v2/"}]
    shown = [
        {"id": version, "status": "CURRENT" if version == VERSIONS[-1] else "SUPPORTED", "links": href}
        for version in reversed(VERSIONS)
    ]
    return JSONResponse({"versions": shown}, 200 if request.url.path == "/versions" else 300)


class _Images:
    """The handlers of ``/v2/images``."""

    def __init__(self, store: Store, folder: Path) -> None:
        self._store = store
        self._folder = folder

    def routes(self, auth: Auth) -> Sequence[BaseRoute]:
        """One row for each path."""
        return [
            route("/v2/images", "GET", self.index, auth),
            route("/v2/images", "POST", self.create, auth),
            route("/v2/images/{id}", "GET", self.show, auth),
            route("/v2/images/{id}", "DELETE", self.delete, auth),
            route("/v2/images/{id}/file", "PUT", self.upload, auth),
            route("/v2/images/{id}/file", "GET", self.download, auth),
        ]

    async def index(self, request: Request, caller: Caller) -> Response:
        """The images that the caller may use; ``id=in:…``, ``name``, ``status`` and ``visibility`` choose."""
        query = request.query_params
        found = [image for image in self._store.images.values() if _visible(image, caller)]
        for field in ("id", "name", "status", "visibility"):
            if text := query.get(field):
                wanted = text.removeprefix("in:").split(",") if text.startswith("in:") else [text]
                found = [image for image in found if str(getattr(image, field)) in wanted]
        shown = [_view(image) for image in found]
        return JSONResponse({"images": shown, "first": "/v2/images", "schema": "/v2/schemas/images"})

    async def create(self, request: Request, caller: Caller) -> Response:
        """An image without a payload yet: ``queued``, or ``active`` for one that needs none."""
        wanted = await body(request, ImageBody)
        if wanted.visibility == "public" and not caller.is_admin:
            raise Forbidden("Only an admin may make a public image.")
        image_id, moment_now = str(wanted.id or uuid.uuid4()), now()
        if image_id in self._store.images:
            raise Conflict(f"Image {image_id} already exists.")
        image = Image(
            id=image_id,
            name=wanted.name,
            project_id=caller.project_id,
            visibility=wanted.visibility,
            status="active" if wanted.container_format == "container" else "queued",
            disk_format=wanted.disk_format,
            container_format=wanted.container_format,
            size=0,
            checksum=None,
            created=moment_now,
            updated=moment_now,
        )
        self._store.put_image(image)
        headers = {"Location": f"{base_url(request)}/v2/images/{image_id}"}
        return JSONResponse(_view(image), 201, headers)

    async def show(self, request: Request, caller: Caller) -> Response:
        """One image by id."""
        return JSONResponse(_view(self._image(request, caller)))

    async def delete(self, request: Request, caller: Caller) -> Response:
        """Forget an image and its payload; servers made from it go on."""
        image = self._own(request, caller)
        self._store.remove_image(image.id)
        (self._folder / image.id).unlink(missing_ok=True)
        return Response(status_code=204)

    async def upload(self, request: Request, caller: Caller) -> Response:
        """Keep the payload, at most `PAYLOAD_LIMIT` bytes."""
        image = self._own(request, caller)
        if image.status != "queued":
            raise Conflict(f"Image {image.id} has its payload already.")
        size, checksum = await self._receive(request, self._folder / image.id)
        self._store.put_image(replace(image, status="active", size=size, checksum=checksum, updated=now()))
        return Response(status_code=204)

    async def _receive(self, request: Request, target: Path) -> tuple[int, str]:
        target.parent.mkdir(parents=True, exist_ok=True)
        draft, size, digest = target.with_suffix(".new"), 0, hashlib.md5(usedforsecurity=False)
        try:
            with draft.open("wb") as file:
                async for part in request.stream():
                    size += len(part)
                    if size > PAYLOAD_LIMIT:
                        raise BadInput("file", f"it is longer than {PAYLOAD_LIMIT} bytes")
                    digest.update(part)
                    file.write(part)
            draft.replace(target)
        finally:
            draft.unlink(missing_ok=True)
        return size, digest.hexdigest()

    async def download(self, request: Request, caller: Caller) -> Response:
        """The payload; 204 for an image that has none."""
        file = self._folder / self._image(request, caller).id
        return FileResponse(file) if file.exists() else Response(status_code=204)

    def _image(self, request: Request, caller: Caller) -> Image:
        image = self._store.images.get(request.path_params["id"])
        if image is None or not _visible(image, caller):
            raise NotFound("image", request.path_params["id"])
        return image

    def _own(self, request: Request, caller: Caller) -> Image:
        image = self._image(request, caller)
        if not caller.owns(image.project_id):
            raise Forbidden(f"Image {image.id} belongs to another project.")
        return image


def _visible(image: Image, caller: Caller) -> bool:
    return image.visibility in {"public", "community"} or caller.owns(image.project_id)


def _view(image: Image) -> Json:
    return {
        "id": image.id,
        "name": image.name,
        "status": image.status,
        "visibility": image.visibility,
        "owner": image.project_id,
        "disk_format": image.disk_format,
        "container_format": image.container_format,
        "size": image.size,
        "checksum": image.checksum,
        "min_disk": 0,
        "min_ram": 0,
        "protected": False,
        "tags": [],
        "created_at": moment(image.created),
        "updated_at": moment(image.updated),
        "self": f"/v2/images/{image.id}",
        "file": f"/v2/images/{image.id}/file",
        "schema": "/v2/schemas/image",
    }
