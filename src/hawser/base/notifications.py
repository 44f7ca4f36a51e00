"""Where the server tells others of what happened, as operators say it: options of oslo.messaging."""

from __future__ import annotations

import re
import socket
from dataclasses import dataclass
from urllib.parse import quote, unquote

from oslo_config import cfg

from hawser.base.errors import BadInput

_URL = re.compile(r"rabbit://(?P<hosts>[^/?#]+)(/(?P<virtual_host>[^?#]*))?(\?[^#]*)?")


@dataclass(frozen=True, slots=True)
class Notifications:
    """``brokers`` are AMQP URLs of the same queues, tried in their order; ``publisher`` is who tells.

    ``durable``: exchange and queues outlive the broker's restart.
    """

    brokers: tuple[str, ...]
    exchange: str
    topics: tuple[str, ...]
    publisher: str
    durable: bool


def notifications(conf: cfg.ConfigOpts) -> Notifications | None:
    """What the files say; None where nobody is to be told."""
    said = conf.oslo_messaging_notifications
    if said.driver in ("", "noop"):
        return None
    return Notifications(
        brokers=brokers(said.transport_url or conf.transport_url),
        exchange=conf.control_exchange,
        topics=tuple(said.topics),
        publisher=f"network.{conf.host or socket.gethostname().split('.')[0]}",
        durable=conf.oslo_messaging_rabbit.amqp_durable_queues,
    )


def brokers(text: str) -> tuple[str, ...]:
    """``rabbit://USER:PASSWORD@HOST:PORT,.../VIRTUAL_HOST`` as one AMQP URL a host."""
    url = _URL.fullmatch(text)
    if url is None:
        remedy = (
            "Write rabbit://USER:PASSWORD@HOST:PORT/, with a comma between several USER:PASSWORD@HOST:PORT."
        )
        raise BadInput("transport_url", "it is not the URL of a RabbitMQ", remedy)
    virtual_host = quote(unquote(url["virtual_host"] or "") or "/", safe="")
    return tuple(f"amqp://{host.strip()}/{virtual_host}" for host in url["hosts"].split(","))
