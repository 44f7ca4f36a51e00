"""Who calls the compute and image services: tokens validated by Keystone, and the services' own user.

`KeystoneAuth` asks ``GET /v3/auth/tokens`` with the service's own token and keeps the answer for a while; in
memory a token is only a hash. `NoAuth` believes what the caller says and is for tests.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from cachetools import TTLCache
from keystoneauth1 import exceptions
from keystoneauth1.identity import v3
from keystoneauth1.noauth import NoAuth as NoPlugin
from keystoneauth1.session import Session

from hawser.base.errors import Unauthenticated, Unavailable
from hawser.cloud.settings import CloudSettings, IdentitySettings

CACHE_SECONDS = 120
CACHE_TOKENS = 4096


@dataclass(frozen=True, slots=True)
class Caller:
    """An authenticated user within a project."""

    user_id: str
    project_id: str
    is_admin: bool

    def sees(self, project_id: str) -> bool:
        """Whether things of ``project_id`` are this caller's to see and change."""
        return self.is_admin or project_id == self.project_id


class Auth(Protocol):
    """Tells who sent a request, from its headers; blocking. `Unauthenticated` when it cannot be told."""

    def caller(self, headers: Mapping[str, str]) -> Caller:
        """The caller."""


class NoAuth:
    """Everyone is who ``X-Project-Id`` and ``X-User-Id`` say; an admin unless ``X-Roles`` says otherwise."""

    def caller(self, headers: Mapping[str, str]) -> Caller:
        """Never refuses."""
        roles = headers.get("x-roles")
        admin = roles is None or "admin" in roles.split(",")
        return Caller(headers.get("x-user-id", "noauth"), headers.get("x-project-id", "noauth"), admin)


class KeystoneAuth:
    """Validates ``X-Auth-Token`` against Keystone."""

    def __init__(self, session: Session, auth_url: str) -> None:
        """``session`` is authenticated as the service's own user."""
        self._session = session
        self._url = _v3(auth_url) + "/auth/tokens"
        self._known: TTLCache[bytes, Caller] = TTLCache(CACHE_TOKENS, CACHE_SECONDS)
        self._lock = threading.Lock()

    def caller(self, headers: Mapping[str, str]) -> Caller:
        """`Unauthenticated` for a missing, unknown or expired token, `Unavailable` when Keystone is down."""
        token = headers.get("x-auth-token")
        if not token:
            raise Unauthenticated("The request has no X-Auth-Token header.")
        digest = hashlib.sha256(token.encode()).digest()
        with self._lock:
            known = self._known.get(digest)
        if known is None:
            known = self._ask(token)
            with self._lock:
                self._known[digest] = known
        return known

    def _ask(self, token: str) -> Caller:
        try:
            answer = self._session.get(
                self._url, headers={"X-Subject-Token": token}, params={"nocatalog": ""}, raise_exc=True
            )
        except exceptions.NotFound:
            raise Unauthenticated("The token is unknown or has expired.") from None
        except exceptions.ClientException as error:
            raise Unavailable(f"The identity service does not answer: {error}") from error
        return _caller(answer.json()["token"])


def _caller(token: Mapping[str, Any]) -> Caller:
    roles = {role["name"] for role in token.get("roles", ())}
    project = token.get("project", {}).get("id", "")
    return Caller(token["user"]["id"], project, "admin" in roles)


def _v3(auth_url: str) -> str:
    base = auth_url.rstrip("/")
    return base if base.endswith("/v3") else base + "/v3"


def service_session(settings: CloudSettings) -> Session:
    """A session that sends the service's own token, or none with ``auth_strategy = noauth``."""
    if settings.auth_strategy == "noauth":
        return Session(auth=NoPlugin())
    return Session(auth=_password(settings.identity))


def _password(identity: IdentitySettings) -> v3.Password:
    return v3.Password(
        auth_url=_v3(identity.auth_url),
        username=identity.username,
        password=identity.password,
        project_name=identity.project_name,
        user_domain_name=identity.user_domain_name,
        project_domain_name=identity.project_domain_name,
    )


def auth(settings: CloudSettings, session: Session) -> Auth:
    """What the configuration's ``auth_strategy`` asks for."""
    if settings.auth_strategy == "noauth":
        return NoAuth()
    return KeystoneAuth(session, settings.identity.auth_url)
