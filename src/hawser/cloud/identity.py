"""Who calls the compute and image services, as the networking server tells it, and the services' own user."""

from __future__ import annotations

from keystoneauth1.identity import v3
from keystoneauth1.noauth import NoAuth as NoPlugin
from keystoneauth1.session import Session

from hawser.cloud.settings import CloudSettings, IdentitySettings
from hawser.server.api.auth import Auth, KeystoneAuth, NoAuth

BELIEVED = 120.0
"""Seconds that a token is believed without asking identity again."""


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
    return KeystoneAuth(session, _v3(settings.identity.auth_url), BELIEVED)
