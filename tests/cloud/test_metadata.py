"""Instances' metadata as the lab's compute service tells it to who shows the right signature."""

from __future__ import annotations

import base64
from dataclasses import replace

import pytest
from starlette.testclient import TestClient

from hawser.base.keys import instance_signature
from hawser.cloud.api.metadata import metadata_app
from hawser.cloud.model import Keypair, Nic, Server, now
from hawser.cloud.store import Store

SERVER = Server(
    id="6e1c4a50-0000-4000-8000-00000000000a",
    name="Web One",
    project_id="p1",
    user_id="u1",
    image_id="6e1c4a50-0000-4000-8000-000000000001",
    flavor_id="1",
    created=now(),
    updated=now(),
    nics=(Nic("port", "net", "fa:16:3e:00:00:01", 1450, ("fd00::5", "10.0.0.5"), True),),
    key_name="mine",
    user_data=base64.b64encode(b"#!/bin/sh\n").decode(),
    metadata=(("role", "web"),),
)
KEY = Keypair("mine", "u1", "ssh-ed25519 AAAA me", "")


@pytest.fixture
def store(monkeypatch) -> Store:
    store = Store()
    store.wish(SERVER)
    store.put_keypair(KEY)
    return store


def headers(server: Server = SERVER, secret: str = "shared") -> dict[str, str]:
    signature = instance_signature(secret, server.id)
    return {
        "X-Instance-ID": server.id,
        "X-Tenant-ID": server.project_id,
        "X-Instance-ID-Signature": signature,
    }


def asked(store: Store, path: str, **of: dict[str, str]) -> tuple[int, str]:
    answer = TestClient(metadata_app(store, "shared")).get(path, headers=of.get("headers", headers()))
    return answer.status_code, answer.text


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("/latest/meta-data/instance-id", SERVER.id),
        ("/latest/meta-data/local-hostname", "web-one"),
        ("/2009-04-04/meta-data/local-ipv4", "10.0.0.5"),
        ("/latest/meta-data/placement/", "availability-zone"),
        ("/latest/meta-data/public-keys/0/openssh-key", KEY.public_key),
        ("/latest/user-data", "#!/bin/sh\n"),
        ("/openstack", "2012-08-10\nlatest"),
        ("/openstack/latest/user_data", "#!/bin/sh\n"),
    ],
)
def test_the_trees_say_what_the_instance_is(store, path, text):
    assert asked(store, path) == (200, text)


def test_every_entry_of_a_listing_is_there(store):
    for entry in asked(store, "/latest/meta-data/")[1].split("\n"):
        assert asked(store, f"/latest/meta-data/{entry}")[0] == 200


def test_the_document_is_the_one_that_cloud_init_reads(store):
    answer = TestClient(metadata_app(store, "shared")).get(
        "/openstack/latest/meta_data.json", headers=headers()
    )
    document = answer.json()
    assert (document["uuid"], document["name"], document["meta"]) == (SERVER.id, "Web One", {"role": "web"})
    assert document["public_keys"] == {"mine": KEY.public_key}


def test_who_does_not_show_the_signature_or_asks_for_another_is_told_nothing(store):
    other = replace(SERVER, id="6e1c4a50-0000-4000-8000-00000000000b")
    borrowed = {**headers(), "X-Instance-ID": other.id}
    for wrong in ({}, headers(secret="guessed"), borrowed):
        assert asked(store, "/latest/meta-data/instance-id", headers=wrong)[0] == 403
    foreign = {**headers(), "X-Tenant-ID": "p2"}
    for nobodys in (foreign, headers(other)):
        assert asked(store, "/latest/meta-data/instance-id", headers=nobodys)[0] == 404
    unset = TestClient(metadata_app(store, "")).get("/latest/meta-data/", headers=headers(secret=""))
    assert unset.status_code == 403


@pytest.mark.parametrize(
    "path", ["/nothing", "/latest/nothing", "/latest/meta-data/nothing", "/openstack/1/x"]
)
def test_what_is_not_there_is_not_found(store, path):
    assert asked(store, path)[0] == 404
