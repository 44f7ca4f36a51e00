"""The Compute API over a networking twin in memory, with the compute node played by the test."""

import asyncio
import itertools

import httpx
import pytest
from starlette.routing import Route

from hawser.base.errors import BadInput, NoMoreRoom
from hawser.base.keys import node_key
from hawser.cloud.api.compute import compute_app
from hawser.cloud.compute import Compute
from hawser.cloud.hosts import Hosts
from hawser.cloud.model import Nic
from hawser.cloud.network import NetworkFacts, ServerAddress
from hawser.cloud.store import Store
from hawser.cloud.wire import HostState, InstanceState, Wish
from hawser.server.api.auth import NoAuth
from hawser.wire import codec

SECRET = "feed-secret"
CIRROS = "6e1c4a50-0000-4000-8000-000000000001"


class MemoryNetworking:
    """Ports of one network ``net`` of every project; ``room`` is how many more can be made."""

    def __init__(self) -> None:
        self.ports: dict[str, tuple[str, bool]] = {}
        self.given: set[str] = {"given"}
        self.room = 100
        self._numbers = itertools.count(10)

    def networks(self, caller):
        return [NetworkFacts("net", "blue", 1450)]

    def network(self, caller, network_id):
        if network_id != "net":
            raise BadInput("networks", f"network {network_id} could not be found")
        return NetworkFacts("net", "blue", 1450)

    def check_port(self, caller, port_id):
        return self.network(caller, "net" if port_id in self.given else port_id)

    def security_groups(self, caller, names):
        return []

    def plug(self, server, request, network, host, groups):
        if not self.room:
            raise NoMoreRoom("No more IP addresses.")
        self.room -= 1
        number = next(self._numbers)
        port_id = request.port_id or f"port-{number}"
        self.ports[port_id] = (server[0], host)
        return Nic(port_id, "net", "fa:16:3e:00:00:01", 1450, (f"10.0.0.{number}",), request.port_id is None)

    def unplug(self, port_id, ours):
        self.ports.pop(port_id, None)

    def ports_of(self, server_id):
        return [port for port, (owner, _) in self.ports.items() if owner == server_id]

    def addresses(self, ids):
        return [
            ServerAddress(owner, "blue", "10.0.0.10", "fixed", "fa:16:3e:00:00:01", port, "ACTIVE")
            for port, (owner, _) in self.ports.items()
            if owner in ids
        ]


class Cloud:
    """The application, a client of project p1, and hands to play compute nodes with."""

    def __init__(self, file=None) -> None:
        self.networking = MemoryNetworking()
        self.now = 0.0
        self.store = Store(file)
        self.compute = Compute(self.store, self.networking, Hosts(15, lambda: self.now), 0.1)
        transport = httpx.ASGITransport(compute_app(self.compute, NoAuth(), SECRET))
        self.http = httpx.AsyncClient(transport=transport, base_url="http://cloud")
        self.served: set[str] = set()

    async def call(self, method, path, body=None, project="p1", roles="member"):
        headers = {"X-Project-Id": project, "X-User-Id": "u-" + project, "X-Roles": roles}
        return await self.http.request(method, "/v2.1" + path, json=body, headers=headers)

    async def wish(self, host: str, after: int = -1) -> Wish:
        headers = {"Authorization": f"Bearer {node_key(SECRET, host)}"}
        answer = await self.http.get(f"/agent/v1/{host}/instances?after={after}", headers=headers)
        return codec.decode(answer.content, Wish)

    async def report(self, host: str, revision: int, *states: InstanceState) -> httpx.Response:
        headers = {"Authorization": f"Bearer {node_key(SECRET, host)}"}
        content = codec.encode(HostState(revision, states))
        return await self.http.post(f"/agent/v1/{host}/report", content=content, headers=headers)

    async def obey(self, host: str) -> None:
        """Do at once all that is wished, for as long as the test lasts."""
        revision = -1
        while True:
            wish = await self.wish(host, revision)
            revision = wish.revision
            states = [
                InstanceState(i.id, i.boot, i.running, console=f"boot {i.boot}") for i in wish.instances
            ]
            await self.report(host, revision, *states)

    async def create(self, name="vm", **extra):
        body = {"name": name, "imageRef": CIRROS, "flavorRef": "1", "networks": [{"uuid": "net"}], **extra}
        return await self.call("POST", "/servers", {"server": body})


def play(story, hosts=("node1",), file=None):
    """Run a story with compute nodes that obey."""

    async def run():
        cloud = Cloud(file)
        obeying = [asyncio.create_task(cloud.obey(host)) for host in hosts]
        await asyncio.sleep(0.02)
        try:
            await story(cloud)
        finally:
            for task in obeying:
                task.cancel()
            await asyncio.gather(*obeying, return_exceptions=True)

    asyncio.run(run())


def test_create_answers_when_the_server_is_active():
    async def story(cloud):
        answer = await cloud.create()
        assert answer.status_code == 202
        shown = (await cloud.call("GET", f"/servers/{answer.json()['server']['id']}")).json()["server"]
        assert (shown["status"], shown["addresses"]["blue"][0]["addr"]) == ("ACTIVE", "10.0.0.10")

    play(story)


def test_servers_spread_over_live_hosts():
    async def story(cloud):
        for number in range(4):
            await cloud.create(f"vm{number}")
        listed = await cloud.call("GET", "/servers/detail?all_tenants=True", project="admin", roles="admin")
        hosts = [server["OS-EXT-SRV-ATTR:host"] for server in listed.json()["servers"]]
        assert sorted(hosts) == ["node1", "node1", "node2", "node2"]

    play(story, hosts=("node1", "node2"))


def test_without_a_live_host_the_server_is_an_error_that_says_so():
    async def story(cloud):
        server_id = (await cloud.create()).json()["server"]["id"]
        shown = (await cloud.call("GET", f"/servers/{server_id}")).json()["server"]
        assert shown["status"] == "ERROR"
        assert "No valid host" in shown["fault"]["message"]
        assert not cloud.networking.ports
        await cloud.call("DELETE", f"/servers/{server_id}")
        assert (await cloud.call("GET", f"/servers/{server_id}")).status_code == 404

    play(story, hosts=())


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "x" * 256}, "name"),
        ({"imageRef": "nosuch"}, "imageRef"),
        ({"flavorRef": "99"}, "flavorRef"),
        ({"key_name": "nosuch"}, "key_name"),
        ({"user_data": "not base64!"}, "user_data"),
        ({"networks": [{"uuid": "nosuch"}]}, "networks"),
        ({"networks": [{}]}, "networks"),
        ({"networks": "some"}, "networks"),
        ({"availability_zone": "nova:nowhere"}, "availability_zone"),
        ({"max_count": 1000}, "max_count"),
    ],
)
def test_bad_create_is_refused_by_the_name_of_the_field(change, field):
    async def story(cloud):
        answer = await cloud.create(**change)
        assert answer.status_code == 400, answer.text
        assert field in answer.json()["badRequest"]["message"]
        assert not cloud.store.servers
        assert not cloud.networking.ports

    play(story)


def test_failure_at_the_second_port_leaves_neither_port_nor_server():
    async def story(cloud):
        cloud.networking.room = 1
        answer = await cloud.create(networks=[{"uuid": "net"}, {"uuid": "net"}])
        assert answer.status_code == 409
        assert not cloud.networking.ports
        assert not cloud.store.servers

    play(story)


def test_one_project_never_sees_anothers_servers():
    async def story(cloud):
        server_id = (await cloud.create()).json()["server"]["id"]
        for method, path in (("GET", ""), ("DELETE", ""), ("GET", "/os-interface")):
            answer = await cloud.call(method, f"/servers/{server_id}{path}", project="p2")
            assert answer.status_code == 404
        answer = await cloud.call("GET", "/servers?all_tenants=1", project="p2")
        assert answer.json()["servers"] == []

    play(story)


def test_delete_removes_own_ports_and_frees_given_ones():
    async def story(cloud):
        answer = await cloud.create(networks=[{"uuid": "net"}, {"port": "given"}])
        server_id = answer.json()["server"]["id"]
        assert set(cloud.networking.ports) == {"port-10", "given"}
        assert (await cloud.call("DELETE", f"/servers/{server_id}")).status_code == 204
        assert (await cloud.call("GET", f"/servers/{server_id}")).status_code == 404
        assert not cloud.networking.ports

    play(story)


def test_stop_start_and_reboot_follow_the_state():
    async def story(cloud):
        path = f"/servers/{(await cloud.create()).json()['server']['id']}"

        async def act(action):
            return (await cloud.call("POST", f"{path}/action", {action: None})).status_code

        async def status():
            return (await cloud.call("GET", path)).json()["server"]["status"]

        assert await act("os-start") == 409
        assert (await act("os-stop"), await status()) == (202, "SHUTOFF")
        assert await act("os-stop") == 409
        assert (await act("os-start"), await status()) == (202, "ACTIVE")
        assert (await act("reboot"), await status()) == (202, "ACTIVE")
        console = await cloud.call("POST", f"{path}/action", {"os-getConsoleOutput": {"length": 1}})
        assert console.json() == {"output": "boot 3"}
        assert await act("explode") == 400

    play(story)


def test_node_needs_its_own_key():
    async def story(cloud):
        for key in ("", node_key(SECRET, "node2"), node_key("other", "node1")):
            answer = await cloud.http.get(
                "/agent/v1/node1/instances", headers={"Authorization": f"Bearer {key}"}
            )
            assert answer.status_code == 401

    play(story)


def test_host_sees_only_its_own_instances():
    async def story(cloud):
        await cloud.create("a")
        await cloud.create("b")
        for host, name in (("node1", "a"), ("node2", "b")):
            assert [i.name for i in (await cloud.wish(host)).instances] == [name]

    play(story, hosts=("node1", "node2"))


def test_restarted_service_knows_its_servers(tmp_path):
    file = tmp_path / "cloud.json"
    made = []

    async def before(cloud):
        made.append((await cloud.create()).json()["server"]["id"])

    async def after(cloud):
        shown = (await cloud.call("GET", f"/servers/{made[0]}")).json()["server"]
        assert shown["status"] == "ACTIVE"
        assert (await cloud.wish("node1")).instances[0].id == made[0]

    play(before, file=file)
    play(after, file=file)
    assert file.stat().st_mode & 0o077 == 0


def test_state_that_cannot_be_read_stops_the_service(tmp_path):
    (tmp_path / "cloud.json").write_text("{}}")
    with pytest.raises(BadInput, match=r"cloud\.json"):
        Store(tmp_path / "cloud.json")


def test_silent_host_is_dead_and_gets_nothing():
    clock = [0.0]
    hosts = Hosts(15, lambda: clock[0])
    hosts.heard("node1")
    clock[0] = 10.0
    hosts.heard("node2")
    clock[0] = 20.0
    assert [(host.name, host.alive) for host in hosts.all()] == [("node1", False), ("node2", True)]
    assert hosts.choose([]) == "node2"


def test_compute_nodes_are_shown_as_hypervisors():
    async def story(cloud):
        shown = (await cloud.call("GET", "/os-hypervisors", roles="admin")).json()["hypervisors"]
        assert [(each["hypervisor_hostname"], each["state"]) for each in shown] == [
            ("node1", "up"),
            ("node2", "up"),
        ]

    play(story, hosts=("node1", "node2"))


def test_keypair_that_is_no_key_is_refused():
    async def story(cloud):
        body = {"keypair": {"name": "k", "public_key": "rubbish"}}
        answer = await cloud.call("POST", "/os-keypairs", body)
        assert (answer.status_code, "public_key" in answer.text) == (400, True)

    play(story)


def test_every_path_below_the_version_wants_a_known_caller():
    class Nobody:
        def identify(self, headers):
            from hawser.base.errors import Unauthenticated

            raise Unauthenticated("who?")

    async def story(cloud):
        app = compute_app(cloud.compute, Nobody(), SECRET)
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://cloud") as http:
            for route in (r for r in app.routes if isinstance(r, Route) and r.path.startswith("/v2.1/")):
                if route.path == "/v2.1/":
                    continue
                method = next(iter(route.methods - {"HEAD"}))
                answer = await http.request(method, route.path.format(id="x", name="x", port_id="x"))
                assert answer.status_code == 401, route.path

    play(story)
