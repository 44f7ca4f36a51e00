"""What an instance asks of itself: a small part of the EC2 and OpenStack metadata trees, as far as cloud-init reads.

Who asks is said by a metadata agent of the networking side, and believed by its signature.

    /latest/meta-data/…                    /openstack/latest/meta_data.json
    /latest/user-data                      /openstack/latest/user_data
"""

from __future__ import annotations

from collections.abc import Mapping

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from hawser.base.keys import is_instance_signature
from hawser.cloud.model import Server, flavor, hostname, user_data
from hawser.cloud.store import Store

Tree = Mapping[str, "Tree | str"]
_EC2 = ("2009-04-04", "latest")
_OPENSTACK = ("2012-08-10", "latest")


def metadata_app(store: Store, secret: str) -> Starlette:
    """The application. With an empty ``secret`` nobody is believed."""
    service = _Metadata(store, secret)
    return Starlette(routes=[Route("/{path:path}", service.answer, methods=["GET", "HEAD"])])


class _Metadata:
    def __init__(self, store: Store, secret: str) -> None:
        self._store = store
        self._secret = secret

    async def answer(self, request: Request) -> Response:
        """What is at the path, for the instance that asks."""
        told = request.headers
        instance_id = told.get("x-instance-id", "")
        if not is_instance_signature(self._secret, instance_id, told.get("x-instance-id-signature", "")):
            return PlainTextResponse("Forbidden: the signature is not right.\n", 403)
        server = self._store.servers.get(instance_id)
        if server is None or server.project_id != told.get("x-tenant-id", ""):
            return _nothing()
        first, _, rest = request.path_params["path"].strip("/").partition("/")
        if first == "openstack":
            return self._openstack(server, rest)
        if not first:
            return PlainTextResponse("\n".join(_EC2))
        return self._ec2(server, rest) if first in _EC2 else _nothing()

    def _openstack(self, server: Server, path: str) -> Response:
        version, _, name = path.partition("/")
        if not version:
            return PlainTextResponse("\n".join(_OPENSTACK))
        if version not in _OPENSTACK:
            return _nothing()
        if name == "meta_data.json":
            return JSONResponse(self._document(server))
        if name == "user_data" and server.user_data:
            return _raw(server)
        if name:
            return _nothing()
        return PlainTextResponse("meta_data.json" + ("\nuser_data" if server.user_data else ""))

    def _ec2(self, server: Server, path: str) -> Response:
        if path == "user-data" and server.user_data:
            return _raw(server)
        if not path:
            return PlainTextResponse("meta-data/" + ("\nuser-data" if server.user_data else ""))
        first, *rest = path.split("/")
        found: Tree | str | None = self._tree(server) if first == "meta-data" else None
        for name in rest:
            found = found.get(name) if isinstance(found, Mapping) else None
        if found is None:
            return _nothing()
        return PlainTextResponse(found if isinstance(found, str) else _listing(found))

    def _tree(self, server: Server) -> Tree:
        name = hostname(server.name)
        addresses = [each for nic in server.nics for each in nic.addresses if "." in each]
        key = self._key(server)
        tree: dict[str, Tree | str] = {
            "ami-id": server.image_id,
            "hostname": name,
            "instance-id": server.id,
            "instance-type": flavor(server.flavor_id).name,
            "local-hostname": name,
            "local-ipv4": addresses[0] if addresses else "",
            "placement": {"availability-zone": "nova"},
            "security-groups": "\n".join(server.security_groups),
        }
        if key:
            tree["public-keys"] = {"0": {"openssh-key": key}}
        return tree

    def _document(self, server: Server) -> dict[str, object]:
        document: dict[str, object] = {
            "uuid": server.id,
            "name": server.name,
            "hostname": hostname(server.name),
            "project_id": server.project_id,
            "availability_zone": "nova",
            "launch_index": 0,
            "meta": dict(server.metadata),
        }
        if key := self._key(server):
            document["public_keys"] = {server.key_name: key}
            document["keys"] = [{"name": server.key_name, "type": "ssh", "data": key}]
        return document

    def _key(self, server: Server) -> str:
        kept = self._store.keypairs.get((server.user_id, server.key_name or ""))
        return kept.public_key if kept else ""


def _listing(tree: Tree) -> str:
    return "\n".join(sorted(name + ("" if isinstance(each, str) else "/") for name, each in tree.items()))


def _raw(server: Server) -> Response:
    return Response(user_data(server.user_data), media_type="application/octet-stream")


def _nothing() -> Response:
    return PlainTextResponse("Not Found\n", 404)
