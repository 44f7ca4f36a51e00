"""The Image API: what is preloaded, who sees what, payloads."""

import hashlib

import httpx
import pytest
from starlette.testclient import TestClient

from hawser.cloud.api.image import image_app
from hawser.cloud.store import Store
from hawser.server.api.auth import NoAuth


@pytest.fixture
def images(tmp_path):
    return TestClient(image_app(Store(), NoAuth(), tmp_path / "images"))


def member(project: str) -> dict[str, str]:
    return {"X-Project-Id": project, "X-Roles": "member"}


def make(images, project: str = "p1", **extra) -> httpx.Response:
    body = {"name": "mine", "disk_format": "raw", "container_format": "bare", **extra}
    return images.post("/v2/images", json=body, headers=member(project))


def test_preloaded_images_are_found_by_name_and_id(images):
    (cirros,) = images.get("/v2/images", params={"name": "cirros"}).json()["images"]
    found = images.get("/v2/images", params={"id": f"in:{cirros['id']},x"}).json()["images"]
    assert [image["name"] for image in found] == ["cirros"]
    assert images.get("/v2/images/cirros").status_code == 404


def test_versions_are_told_with_links_to_where_the_caller_is(images):
    answer = images.get("/", headers={"Host": "there:1234"})
    assert answer.status_code == 300
    assert answer.json()["versions"][0]["links"][0]["href"] == "http://there:1234/v2/"


def test_upload_makes_an_image_active_and_can_be_read_back(images):
    image_id = make(images).json()["id"]
    url = f"/v2/images/{image_id}/file"
    assert images.put(url, content=b"payload", headers=member("p1")).status_code == 204
    shown = images.get(f"/v2/images/{image_id}", headers=member("p1")).json()
    digest = hashlib.md5(b"payload").hexdigest()
    assert (shown["status"], shown["size"], shown["checksum"]) == ("active", 7, digest)
    assert images.get(url, headers=member("p1")).content == b"payload"
    assert images.put(url, content=b"again", headers=member("p1")).status_code == 409


def test_image_of_one_project_is_hidden_from_another(images):
    image_id = make(images).json()["id"]
    for method, path in (("GET", ""), ("DELETE", ""), ("PUT", "/file")):
        answer = images.request(method, f"/v2/images/{image_id}{path}", headers=member("p2"))
        assert answer.status_code == 404
    assert images.get(f"/v2/images/{image_id}", headers=member("p1")).status_code == 200


def test_member_may_not_delete_or_make_public_images(images):
    (cirros,) = images.get("/v2/images", params={"name": "cirros"}).json()["images"]
    assert images.delete(f"/v2/images/{cirros['id']}", headers=member("p1")).status_code == 403
    assert make(images, visibility="public").status_code == 403
    assert make(images, name="").status_code == 400
