"""Notifications in RabbitMQ, in the form that listeners of OpenStack know: oslo.messaging's, version 2.

Each topic is a queue ``TOPIC.info`` on the exchange. It is declared, so that events before the first listener
wait for it; where another service declared it in its own way, that stands.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Mapping
from itertools import cycle
from typing import Any
from urllib.parse import urlsplit

import kombu
import orjson
from amqp.exceptions import AMQPError, PreconditionFailed
from kombu.exceptions import KombuError

from hawser.base.errors import Unavailable
from hawser.base.notifications import Notifications
from hawser.server.api.notify import Event

_PATIENCE = 5.0
"""Seconds that the broker is given to answer."""
_PRIORITY = "INFO"
_log = logging.getLogger(__name__)


class Rabbit:
    """A courier (`notify.Courier`) for one thread. The broker confirms each message: none is lost on the way."""

    def __init__(self, told: Notifications) -> None:
        self._told = told
        self._brokers = cycle(told.brokers)
        self._connection: Any = None
        self._declares = True
        exchange = kombu.Exchange(told.exchange, type="topic", durable=told.durable)
        self._queues = [
            kombu.Queue(name, exchange, routing_key=name, durable=told.durable)
            for name in (f"{topic}.{_PRIORITY.lower()}" for topic in told.topics)
        ]

    def deliver(self, event: Event) -> None:
        """To all topics; `Unavailable` while the broker is, and the next one is asked next time."""
        body = envelope(message(event, self._told.publisher))
        try:
            connection = self._connected()
            for queue in self._queues:
                connection.Producer().publish(
                    body,
                    exchange=queue.exchange.name,
                    routing_key=queue.routing_key,
                    serializer="json",
                    delivery_mode=2 if self._told.durable else 1,
                    retry=False,
                    timeout=_PATIENCE,
                    confirm_timeout=_PATIENCE,
                )
        except (OSError, AMQPError, KombuError) as error:
            self.close()
            raise Unavailable(f"The message queue does not answer: {error}") from error

    def close(self) -> None:
        """Leave the broker."""
        connection, self._connection = self._connection, None
        if connection:
            connection.release()

    def _connected(self) -> Any:
        if self._connection is None:
            broker = next(self._brokers)
            limits = {"confirm_publish": True, "read_timeout": _PATIENCE, "write_timeout": _PATIENCE}
            self._connection = kombu.Connection(
                broker, connect_timeout=_PATIENCE, heartbeat=0, transport_options=limits
            )
            self._connection.connect()
            self._declare()
            where = urlsplit(broker)
            _log.info("notifications go to %s:%s", where.hostname, where.port or 5672)
        return self._connection

    def _declare(self) -> None:
        if not self._declares:
            return
        try:
            for queue in self._queues:
                queue(self._connection.default_channel).declare()
        except PreconditionFailed:
            self._declares = False
            raise


def message(event: Event, publisher: str) -> Mapping[str, Any]:
    """The notification, with the request's context beside it; of the caller nothing secret."""
    return {
        "message_id": str(uuid.uuid4()),
        "publisher_id": publisher,
        "event_type": event.name,
        "priority": _PRIORITY,
        "payload": event.payload,
        "timestamp": event.at.strftime("%Y-%m-%d %H:%M:%S.%f"),
        "_unique_id": uuid.uuid4().hex,
        **{f"_context_{name}": value for name, value in _context(event).items()},
    }


def envelope(content: Mapping[str, Any]) -> Mapping[str, str]:
    """A message as version 2 packs it."""
    return {"oslo.version": "2.0", "oslo.message": orjson.dumps(content).decode()}


def _context(event: Event) -> Mapping[str, Any]:
    """Old and new names of the same, as listeners know them."""
    caller = event.trace.caller
    project, user = (caller.project_id, caller.user_id) if caller else (None, None)
    return {
        "request_id": event.trace.request_id,
        "global_request_id": event.trace.global_id or None,
        "project_id": project,
        "project": project,
        "tenant_id": project,
        "tenant": project,
        "user_id": user,
        "user": user,
        "roles": sorted(caller.roles) if caller else [],
        "is_admin": bool(caller and caller.is_admin),
        "timestamp": event.at.strftime("%Y-%m-%d %H:%M:%S.%f"),
    }
