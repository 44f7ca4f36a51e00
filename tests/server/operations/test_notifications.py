"""What happens is told to a message queue, where one is configured, and never in the way of a request."""

from __future__ import annotations

import json
import queue
import subprocess
import sys
import threading
import uuid
from dataclasses import replace
from datetime import UTC, datetime

import kombu
import pytest

from hawser.base import config
from hawser.base.errors import BadInput, Unavailable
from hawser.base.notifications import Notifications, brokers
from hawser.server.api import notify
from hawser.server.api.access import REQUEST_ID, Trace
from hawser.server.api.auth import NoAuth
from hawser.server.api.notify import Event, Outbox
from hawser.server.api.rabbit import Rabbit
from hawser.server.app import create_app
from tests.server.api.conftest import Client
from tests.server.operations import rabbitmq
from tests.server.operations.servers import PATIENCE, Server, until

EXCHANGE = kombu.Exchange("neutron", type="topic", durable=False)
QUEUE = kombu.Queue("notifications.info", EXCHANGE, routing_key="notifications.info", durable=False)
"""As oslo.messaging's listeners declare it."""


class Remembering:
    """A courier that keeps what it is given; while ``away`` is set there is nobody to bring it to."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.away = threading.Event()
        self.closed = threading.Event()

    def deliver(self, event: Event) -> None:
        if self.away.is_set():
            raise Unavailable("nobody there")
        self.events.append(event)

    def close(self) -> None:
        self.closed.set()


@pytest.fixture
def courier():
    return Remembering()


@pytest.fixture
def alice(stage, courier):
    app = create_app(stage.store, stage.store.settings, NoAuth(), courier=courier)
    return Client(app, "alice-project", {"X-User-Id": "alice", "X-Roles": "member"})


def told(courier, count):
    until(lambda: len(courier.events) >= count)
    return [(event.name, event.payload) for event in courier.events]


def event(name: str = "network.create.end") -> Event:
    return Event(name, {}, Trace("req-1", ""), datetime.now(UTC))


def test_a_noun_that_comes_changes_and_goes_is_told(alice, courier):
    network = alice.make("network", name="blue")
    alice.put(f"/networks/{network['id']}", {"network": {"name": "red"}})
    alice.delete(f"/networks/{network['id']}")
    events = told(courier, 6)
    assert [name for name, _ in events] == [
        f"network.{verb}.{when}" for verb in ("create", "update", "delete") for when in ("start", "end")
    ]
    payloads = dict(events)
    assert payloads["network.create.start"] == {"network": {"name": "blue"}}
    assert payloads["network.create.end"] == {"network": network}
    assert payloads["network.update.end"]["network"]["name"] == "red"
    assert payloads["network.delete.end"] == {"network_id": network["id"]}


def test_a_routers_interfaces_are_told(alice, courier):
    network = alice.make("network")
    subnet = alice.make("subnet", network_id=network["id"], ip_version=4, cidr="10.0.0.0/24")
    router = alice.make("router")
    path = f"/routers/{router['id']}"
    joined = alice.put(f"{path}/add_router_interface", {"subnet_id": subnet["id"]}).json()
    alice.put(f"{path}/remove_router_interface", {"subnet_id": subnet["id"]})
    events = dict(told(courier, 8))
    assert events["router.interface.create"] == {"router_interface": joined}
    assert events["router.interface.delete"]["router_interface"]["subnet_id"] == subnet["id"]


def test_what_was_refused_is_not_told_as_done(alice, courier):
    assert alice.post("/networks", {"network": {"mtu": -1}}).status_code == 400
    network = alice.make("network")
    events = told(courier, 3)
    assert [payload for name, payload in events if name.endswith(".end")] == [{"network": network}]


def test_an_event_says_who_did_it(alice, courier):
    given = f"req-{uuid.uuid4()}"
    answer = alice("POST", "/v2.0/networks", json={"network": {}}, headers={REQUEST_ID: given})
    told(courier, 2)
    trace = courier.events[1].trace
    assert (trace.request_id, trace.global_id) == (answer.headers[REQUEST_ID], given)
    assert (trace.caller.user_id, trace.caller.project_id) == ("alice", "alice-project")


def test_events_wait_while_nobody_takes_them_and_keep_their_order(courier, monkeypatch):
    monkeypatch.setattr(notify, "_FIRST_REST", 0.01)
    courier.away.set()
    outbox = Outbox(courier)
    events = [event(str(number)) for number in range(5)]
    for each in events:
        outbox.put(each)
    assert courier.events == []
    courier.away.clear()
    until(lambda: courier.events == events)
    outbox.close(PATIENCE)
    assert courier.closed.is_set()


def test_of_too_many_events_the_oldest_are_dropped_and_that_is_said(courier, caplog):
    courier.away.set()
    outbox = Outbox(courier, most=3)
    for number in range(10):
        outbox.put(event(str(number)))
    courier.away.clear()
    outbox.close(0)
    until(courier.closed.is_set)
    assert "dropped so far" in caplog.text


def test_an_event_that_cannot_be_delivered_holds_no_other_up(courier):
    class Choosy(Remembering):
        def deliver(self, event):
            if event.name == "bad":
                raise TypeError("not to be written as JSON")
            super().deliver(event)

    choosy = Choosy()
    outbox = Outbox(choosy)
    outbox.put(event("bad"))
    outbox.put(event("good"))
    until(lambda: [each.name for each in choosy.events] == ["good"])
    outbox.close(PATIENCE)


def test_a_courier_that_hangs_holds_no_request_up(stage):
    hanging = threading.Event()

    class Hanging(Remembering):
        def deliver(self, event):
            hanging.set()
            released.wait(PATIENCE)

    released = threading.Event()
    alice = Client(create_app(stage.store, stage.store.settings, NoAuth(), courier=Hanging()), "p", {})
    try:
        alice.make("network")
        assert hanging.wait(PATIENCE)
        for _ in range(5):
            alice.make("network")
    finally:
        released.set()


def test_nobody_is_told_unless_that_is_asked_for(tmp_path):
    file = tmp_path / "neutron.conf"
    file.write_text("[DEFAULT]\ntransport_url = rabbit://guest:guest@127.0.0.1/\n")
    assert config.server_settings(config.read([file])).notifications is None


def test_the_url_names_brokers_in_their_order():
    assert brokers("rabbit://a:b@one:1,c:d@two/") == ("amqp://a:b@one:1/%2F", "amqp://c:d@two/%2F")
    assert brokers("rabbit://one//") == ("amqp://one/%2F",)
    assert brokers("rabbit://[::1]:5672/cloud") == ("amqp://[::1]:5672/cloud",)


@pytest.mark.parametrize("url", ["", "kafka://one/", "rabbit:///", "one"])
def test_a_url_that_is_none_is_said(url):
    with pytest.raises(BadInput, match="transport_url"):
        brokers(url)


def listen(broker, count):
    """The next notifications, as a listener finds them in the queue."""
    taken = []
    with broker.connect() as connection:
        waiting = connection.SimpleQueue(QUEUE)
        while len(taken) < count:
            try:
                message = waiting.get(timeout=PATIENCE)
            except queue.Empty:
                raise AssertionError(f"only {taken} came") from None
            assert message.payload["oslo.version"] == "2.0"
            taken.append(json.loads(message.payload["oslo.message"]))
            message.ack()
        waiting.close()
    return taken


def create(server, name):
    with server.client("demo", **{"X-User-Id": "alice"}) as client:
        answer = client.post("/networks", json={"network": {"name": name}})
        assert answer.status_code == 201
        return answer


@pytest.mark.service
def test_a_real_broker_is_told_also_after_it_was_gone(tmp_path):
    with rabbitmq.running() as broker:
        more = f"[oslo_messaging_notifications]\ndriver = messagingv2\ntransport_url = {broker.url}"
        server = Server(tmp_path, f"sqlite:///{tmp_path}/db.sqlite", "host = controller1", more=more)
        try:
            answer = create(server, "blue")
            first, second = listen(broker, 2)
            assert (first["event_type"], second["event_type"]) == (
                "network.create.start",
                "network.create.end",
            )
            assert second["payload"] == answer.json()
            assert (second["priority"], second["publisher_id"]) == ("INFO", "network.controller1")
            assert second["_context_request_id"] == answer.headers[REQUEST_ID]
            assert (second["_context_project_id"], second["_context_user_id"]) == ("demo", "alice")
            broker.stop()
            create(server, "while it is gone")
            until(lambda: "notifications wait" in server.log)
            broker.start()
            assert listen(broker, 2)[1]["payload"]["network"]["name"] == "while it is gone"
        finally:
            server.end()
    assert server.process.returncode == 0
    assert "Traceback" not in server.log


LISTENER = """
import json, sys, threading
import oslo_messaging
from oslo_config import cfg

taken = threading.Event()

class Endpoint:
    def info(self, *told):
        print(json.dumps(told), flush=True)
        taken.set()

conf = cfg.ConfigOpts()
conf([], project="listener", default_config_files=[])
transport = oslo_messaging.get_notification_transport(conf, url=sys.argv[1])
target = oslo_messaging.Target(exchange="neutron", topic="notifications")
listener = oslo_messaging.get_notification_listener(transport, [target], [Endpoint()], executor="threading")
listener.start()
taken.wait(30)
listener.stop()
listener.wait()
"""


@pytest.mark.service
def test_listeners_of_oslo_messaging_understand_it():
    with rabbitmq.running() as broker:
        rabbit = Rabbit(
            Notifications(brokers(broker.url), "neutron", ("notifications",), "network.one", False)
        )
        rabbit.deliver(replace(event(), payload={"network": {"id": "1"}}))
        rabbit.close()
        listener = [sys.executable, "-W", "ignore", "-c", LISTENER, broker.url]
        done = subprocess.run(listener, capture_output=True, text=True, timeout=2 * PATIENCE, check=True)
    context, publisher, name, payload, _ = json.loads(done.stdout)
    assert (publisher, name, payload) == ("network.one", "network.create.end", {"network": {"id": "1"}})
    assert context["request_id"] == "req-1"


@pytest.mark.service
def test_a_server_works_and_stops_without_its_broker(tmp_path):
    more = "[oslo_messaging_notifications]\ndriver = messagingv2"
    url = "transport_url = rabbit://guest:guest@127.0.0.1:1/"
    server = Server(tmp_path, f"sqlite:///{tmp_path}/db.sqlite", url, more=more)
    try:
        for _ in range(5):
            create(server, "blue")
    finally:
        server.end()
    assert server.process.returncode == 0
    assert "not delivered when the server stopped" in server.log
