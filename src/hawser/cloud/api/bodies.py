"""The bodies that the compute service takes, field by field; fields that it does not know are ignored."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from hawser.base.errors import BadInput
from hawser.cloud.compute import NewServer
from hawser.cloud.model import NicRequest, user_data

Name = Annotated[str, Field(min_length=1, max_length=255)]


class Lenient(BaseModel):
    """A body that may hold more than is read of it."""

    model_config = ConfigDict(extra="ignore")


class NetworkBody(Lenient):
    """One entry of a server's ``networks``."""

    uuid: str | None = None
    port: str | None = None
    fixed_ip: str | None = None


class GroupBody(Lenient):
    """A security group by name or id."""

    name: str


class ServerBody(Lenient):
    """What ``POST /servers`` holds under ``server``."""

    name: Name
    imageRef: str = ""
    flavorRef: str | int
    key_name: str | None = None
    user_data: Annotated[str, Field(max_length=65535)] | None = None
    networks: list[NetworkBody] | Literal["auto", "none"] | None = None
    security_groups: list[GroupBody] = [GroupBody(name="default")]
    metadata: dict[str, str] = {}
    availability_zone: str | None = None
    min_count: Annotated[int, Field(ge=1, le=100)] = 1
    max_count: Annotated[int, Field(ge=1, le=100)] = 1

    @field_validator("user_data")
    @classmethod
    def _base64(cls, text: str | None) -> str | None:
        if text:
            try:
                user_data(text)
            except BadInput as error:
                raise ValueError(error.message) from None
        return text

    def drafts(self) -> list[NewServer]:
        """One draft for each server; several get numbered names."""
        count = max(self.min_count, self.max_count)
        names = [self.name] if count == 1 else [f"{self.name}-{i}" for i in range(1, count + 1)]
        return [self._draft(name) for name in names]

    def _draft(self, name: str) -> NewServer:
        _, _, host = (self.availability_zone or "").partition(":")
        return NewServer(
            name=name,
            image_id=self.imageRef,
            flavor_id=str(self.flavorRef),
            nics=self._nics(),
            key_name=self.key_name,
            user_data=self.user_data or "",
            security_groups=tuple(group.name for group in self.security_groups),
            metadata=tuple(self.metadata.items()),
            host=host or None,
        )

    def _nics(self) -> tuple[NicRequest, ...] | None:
        if self.networks is None or self.networks == "auto":
            return None
        if isinstance(self.networks, str):
            return ()
        for network in self.networks:
            if not (network.port or network.uuid):
                raise BadInput("networks", "an entry has neither port nor uuid")
        return tuple(NicRequest(n.port, n.uuid, n.fixed_ip) for n in self.networks)


class ServerChanges(Lenient):
    """What ``PUT /servers/{id}`` may change."""

    name: Name


class KeypairBody(Lenient):
    """A public key to keep."""

    name: Name
    public_key: str


class InterfaceBody(Lenient):
    """An interface to attach: a port, or a network to make one in."""

    port_id: str | None = None
    net_id: str | None = None

    def request(self) -> NicRequest:
        """As the use case takes it."""
        if not (self.port_id or self.net_id):
            raise BadInput("interfaceAttachment", "it has neither port_id nor net_id")
        return NicRequest(self.port_id, self.net_id)
