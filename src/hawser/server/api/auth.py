"""Who is calling: an `Auth` turns a request's headers into a `Caller`, or raises `Unauthenticated`."""

from __future__ import annotations

import logging
import math
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Protocol

from keystoneauth1 import exceptions
from keystoneauth1 import loading as keystone_loading
from oslo_config import cfg

from hawser.base.errors import BadInput, Unauthenticated, Unavailable
from hawser.server.api.tokens import Known, Tokens
from hawser.server.model.caller import Caller

ADMIN = "admin"
"""The role that makes an administrator, as identity names it."""
SERVICE = "service"
"""The role of those who may vouch for a user's request by a token of their own."""
GROUP = "keystone_authtoken"
TOKEN = "x-auth-token"
SERVICE_TOKEN = "x-service-token"
DEFAULTS = {"auth_type": "password", "timeout": 10}
"""Of options that the library gives none: identity has so many seconds to answer."""
NOBODYS_PROJECT = "noauth"
"""The project of callers who name none, where nobody is asked who they are."""

_TOKEN = re.compile(r"[!-~]{1,8192}")
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

    What identity said is believed for ``believed`` seconds or until the token expires: that long may one that
    was revoked go on. A service may send its own token in ``X-Service-Token`` along with a user's, as it does
    for long work: then the user's may have expired meanwhile (identity says for how long).
    """

    def __init__(self, session: Any, url: str, believed: float) -> None:
        """``session`` is a keystoneauth1 session of the service user; ``url`` is identity's, up to /v3."""
        self._session = session
        self._url = f"{url}/auth/tokens"
        self._tokens = Tokens(self._ask, believed)

    def identify(self, headers: Mapping[str, str]) -> Caller:
        """The caller whose token is in ``X-Auth-Token``; Unavailable while identity is down."""
        token = headers.get(TOKEN, "")
        if not token:
            raise Unauthenticated("The request has no token. Send one in X-Auth-Token.")
        return self._tokens.caller(_checked(token), self._of_service(headers))

    def _of_service(self, headers: Mapping[str, str]) -> bool:
        """Whether a service vouches for the request; its token, where there is one, must be good."""
        token = headers.get(SERVICE_TOKEN, "")
        return bool(token) and SERVICE in self._tokens.caller(_checked(token)).roles

    def _ask(self, token: str, expired_too: bool) -> Known:
        try:
            answer = self._session.get(
                self._url,
                params={"allow_expired": "1"} if expired_too else {},
                headers={"X-Subject-Token": token},
                authenticated=True,
                connect_retries=1,
                log=False,
            )
            known = _known(answer.json()["token"])
            return replace(known, expires_at=math.inf) if expired_too else known
        except (exceptions.NotFound, exceptions.BadRequest):
            raise _invalid() from None
        except (exceptions.Unauthorized, exceptions.Forbidden) as error:
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
    for option, value in DEFAULTS.items():
        conf.set_default(option, value, group=GROUP)
    try:
        plugin = keystone_loading.load_auth_from_conf_options(conf, GROUP)
    except exceptions.ClientException as error:
        raise BadInput(f"[{GROUP}]", str(error).rstrip(".")) from error
    if not conf[GROUP].auth_url:
        raise BadInput(f"[{GROUP}] auth_url", "it is missing", "Give identity's URL, or set auth_strategy.")
    url = conf[GROUP].auth_url.rstrip("/")
    session = keystone_loading.load_session_from_conf_options(conf, GROUP, auth=plugin)
    url = url if url.endswith("/v3") else f"{url}/v3"
    return KeystoneAuth(session, url, conf[GROUP].token_cache_time)


def _checked(token: str) -> str:
    """A token that identity need not be bothered with is refused here."""
    if not _TOKEN.fullmatch(token):
        raise _invalid()
    return token


def _invalid() -> Unauthenticated:
    return Unauthenticated("The token is not valid, or has expired. Ask identity for another.")


def _known(token: Mapping[str, Any]) -> Known:
    """What identity's answer says."""
    roles = frozenset(role["name"].lower() for role in token.get("roles", ()))
    project = token.get("project")
    if project is None:
        raise Unauthenticated(
            "The token is not of a project. Ask identity for one that is scoped to a project."
        )
    expires_at = datetime.fromisoformat(token["expires_at"]).timestamp()
    return Known(Caller(token["user"]["id"], project["id"], roles, ADMIN in roles), expires_at)
