"""Who is calling: an `Auth` turns a request's headers into a `Caller`, or raises `Unauthenticated`."""

from __future__ import annotations

import hashlib
import logging
import threading
import time
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol

from cachetools import TLRUCache
from keystoneauth1 import exceptions
from keystoneauth1 import loading as keystone_loading
from oslo_config import cfg

from hawser.base.errors import BadInput, Unauthenticated, Unavailable
from hawser.server.model.caller import Caller

ADMIN = "admin"
"""The role that makes an administrator, as identity names it."""
GROUP = "keystone_authtoken"
TOKEN = "x-auth-token"
NOBODYS_PROJECT = "noauth"
"""The project of callers who name none, where nobody is asked who they are."""

_MOST_TOKENS = 10_000
_LONGEST = 300.0
"""Seconds that a token is believed without asking identity again, at most."""
_log = logging.getLogger(__name__)


class Auth(Protocol):
    """Where callers become known."""

    def identify(self, headers: Mapping[str, str]) -> Caller:
        """The caller of a request with these headers (names in lower case). May block; any thread."""
        ...


class NoAuth:
    """Everybody is believed: for a server that only its administrator can reach.

    ``X-Project-Id`` names the caller's project, without it `NOBODYS_PROJECT`; ``X-Roles`` (separated by
    commas) their roles, and without it they are an administrator.
    """

    def identify(self, headers: Mapping[str, str]) -> Caller:
        """As the headers say."""
        given = headers.get("x-roles", ADMIN)
        roles = frozenset(role.strip().lower() for role in given.split(",") if role.strip())
        return Caller(
            user_id=headers.get("x-user-id", ""),
            project_id=headers.get("x-project-id") or NOBODYS_PROJECT,
            roles=roles,
            is_admin=ADMIN in roles,
        )


class KeystoneAuth:
    """Tokens are validated by identity (GET /v3/auth/tokens, with a token of the service's own).

    What identity said is kept for `_LONGEST` seconds or until the token expires; of the token itself only a
    hash stays in memory. Safe among threads.
    """

    def __init__(self, session: Any, url: str) -> None:
        """``session`` is a keystoneauth1 session of the service user; ``url`` is identity's, up to /v3."""
        self._session = session
        self._url = f"{url}/auth/tokens"
        self._known: TLRUCache[bytes, tuple[Caller, float]] = TLRUCache(
            _MOST_TOKENS, ttu=_until, timer=time.time
        )
        self._lock = threading.Lock()

    def identify(self, headers: Mapping[str, str]) -> Caller:
        """The caller whose token is in ``X-Auth-Token``; Unavailable while identity is down."""
        token = headers.get(TOKEN, "")
        if not token:
            raise Unauthenticated("The request has no token. Send one in X-Auth-Token.")
        key = hashlib.sha256(token.encode()).digest()
        with self._lock:
            known = self._known.get(key)
        if known:
            return known[0]
        caller, expires_at = self._ask(token)
        with self._lock:
            self._known[key] = caller, expires_at
        return caller

    def _ask(self, token: str) -> tuple[Caller, float]:
        try:
            answer = self._session.get(
                self._url,
                headers={"X-Subject-Token": token},
                authenticated=True,
                connect_retries=1,
                log=False,
            )
            return _caller(answer.json()["token"])
        except (exceptions.NotFound, exceptions.BadRequest):
            raise Unauthenticated(
                "The token is not valid, or has expired. Ask identity for another."
            ) from None
        except exceptions.Unauthorized as error:
            _log.error("identity refuses the service user of [%s]: %s", GROUP, error)
            raise Unavailable("Identity refuses this server's own credentials.") from error
        except (exceptions.ClientException, ValueError, KeyError) as error:
            raise Unavailable(
                "Identity does not answer, so the token cannot be checked. Try again."
            ) from error


def keystone(conf: cfg.ConfigOpts) -> KeystoneAuth:
    """`KeystoneAuth` by the options of ``[keystone_authtoken]`` in the operator's files.

    ``auth_url``, ``username``, ``password``, ``project_name`` and the domains, as keystoneauth1 loads them.
    BadInput if they do not make sense.
    """
    keystone_loading.register_session_conf_options(conf, GROUP)
    keystone_loading.register_auth_conf_options(conf, GROUP)
    conf.set_default("auth_type", "password", group=GROUP)
    try:
        plugin = keystone_loading.load_auth_from_conf_options(conf, GROUP)
    except exceptions.ClientException as error:
        raise BadInput(f"[{GROUP}]", str(error).rstrip(".")) from error
    if not conf[GROUP].auth_url:
        raise BadInput(f"[{GROUP}] auth_url", "it is missing", "Give identity's URL, or set auth_strategy.")
    url = conf[GROUP].auth_url.rstrip("/")
    session = keystone_loading.load_session_from_conf_options(conf, GROUP, auth=plugin)
    return KeystoneAuth(session, url if url.endswith("/v3") else f"{url}/v3")


def _until(_key: bytes, known: tuple[Caller, float], now: float) -> float:
    return min(now + _LONGEST, known[1])


def _caller(token: Mapping[str, Any]) -> tuple[Caller, float]:
    """The caller and the end of the token (seconds since the epoch), from identity's answer."""
    roles = frozenset(role["name"].lower() for role in token.get("roles", ()))
    project = token.get("project")
    if project is None:
        raise Unauthenticated(
            "The token is not of a project. Ask identity for one that is scoped to a project."
        )
    expires_at = datetime.fromisoformat(token["expires_at"]).timestamp()
    caller = Caller(token["user"]["id"], project["id"], roles, ADMIN in roles)
    return caller, expires_at
