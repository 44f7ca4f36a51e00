"""Service providers: those that are built in, and those that the operator configured."""

from __future__ import annotations

from hawser.base.config import ServerSettings
from hawser.base.errors import NotFound
from hawser.server.model.caller import Caller
from hawser.server.model.serviceprovider import BUILT_IN, ServiceProvider
from hawser.server.store.session import Store


def search(store: Store, caller: Caller) -> list[ServiceProvider]:
    """All of them."""
    return list(known(store.settings))


def known(settings: ServerSettings) -> tuple[ServiceProvider, ...]:
    """All of them, the configured ones first."""
    return (*(ServiceProvider(*each) for each in settings.service_providers), *BUILT_IN)


def of_driver(settings: ServerSettings, driver: str) -> ServiceProvider:
    """The one with this driver. `NotFound` (ServiceProfileDriverNotFound) where there is none."""
    for provider in known(settings):
        if provider.driver == driver:
            return provider
    message = (
        f"Service Profile driver {driver} could not be found. GET /service-providers lists what there is."
    )
    raise NotFound("driver", driver, message, "ServiceProfileDriverNotFound")
