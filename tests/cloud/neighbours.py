"""A small stand-in for the networking side, run inside a test's node.

It has the Networking API as far as the compute service asks it, a bridge agent that wires taps, and a real
dnsmasq that leases the ports' addresses.

usage: neighbours.py  (serves 127.0.0.1:9696; bridge br0 has 10.7.0.1/24)
"""

import asyncio
import itertools
import os
import signal
import subprocess
import uuid
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

PROJECT = "p1"
NETWORKS = {
    f"00000000-0000-4000-8000-00000000000{i}": {
        "name": name,
        "project_id": project,
        "mtu": 1450,
        "shared": False,
    }
    for i, (name, project) in enumerate([("blue", PROJECT), ("foreign", "p2")])
}
PORTS: dict[str, dict] = {}
FRESH = itertools.count(10)
HOSTS = Path("/run/dnsmasq.hosts")
PID = Path("/run/dnsmasq.pid")


def refusal(status: int, text: str) -> JSONResponse:
    return JSONResponse({"NeutronError": {"type": "Refused", "message": text, "detail": ""}}, status)


def lease_all() -> None:
    HOSTS.write_text(
        "".join(f"{p['mac_address']},{p['fixed_ips'][0]['ip_address']}\n" for p in PORTS.values())
    )
    os.kill(int(PID.read_text()), signal.SIGHUP)


async def versions(request: Request) -> Response:
    link = {"rel": "self", "href": "http://127.0.0.1:9696/v2.0/"}
    return JSONResponse({"versions": [{"id": "v2.0", "status": "CURRENT", "links": [link]}]})


async def networks(request: Request) -> Response:
    found = [{"id": i, **n} for i, n in NETWORKS.items()]
    project = request.query_params.get("project_id")
    return JSONResponse({"networks": [n for n in found if project in (None, n["project_id"])]})


async def network(request: Request) -> Response:
    name = request.path_params["id"]
    return (
        JSONResponse({"network": {"id": name, **NETWORKS[name]}}) if name in NETWORKS else refusal(404, "no")
    )


async def ports(request: Request) -> Response:
    devices = request.query_params.getlist("device_id")
    return JSONResponse({"ports": [p for p in PORTS.values() if not devices or p["device_id"] in devices]})


async def new_port(request: Request) -> Response:
    asked = (await request.json())["port"]
    asked = {key: value for key, value in asked.items() if value is not None}
    taken = {p["fixed_ips"][0]["ip_address"] for p in PORTS.values()}
    # Never an address twice: this dnsmasq would keep it for the port that had it before.
    free = f"10.7.0.{next(FRESH)}"
    address = asked.get("fixed_ips", [{"ip_address": free}])[0]["ip_address"]
    if address in taken:
        return refusal(409, f"{address} is taken")
    port_id = str(uuid.uuid4())
    mac = "fa:16:3e:" + ":".join(port_id.replace("-", "")[i : i + 2] for i in (0, 2, 4))
    PORTS[port_id] = {
        "device_id": "",
        "device_owner": "",
        "project_id": PROJECT,
        **asked,
        "id": port_id,
        "mac_address": mac,
    }
    PORTS[port_id] |= {"fixed_ips": [{"ip_address": address}], "status": "ACTIVE", "security_groups": []}
    lease_all()
    return JSONResponse({"port": PORTS[port_id]}, 201)


async def port(request: Request) -> Response:
    port_id = request.path_params["id"]
    if port_id not in PORTS:
        return refusal(404, "no such port")
    if request.method == "DELETE":
        del PORTS[port_id]
        lease_all()
        return Response(status_code=204)
    if request.method == "PUT":
        PORTS[port_id] |= (await request.json())["port"]
    return JSONResponse({"port": PORTS[port_id]})


async def none(request: Request) -> Response:
    return JSONResponse({request.url.path.rpartition("/")[2].replace("-", "_"): []})


async def wire_taps() -> None:
    while True:
        for link in Path("/sys/class/net").glob("tap*"):
            if not (link / "master").exists() and not Path("/run/no-wiring").exists():
                subprocess.run(["ip", "link", "set", link.name, "master", "br0", "up"], check=False)
        await asyncio.sleep(0.01)


async def main() -> None:
    for words in ("add br0 type bridge mcast_snooping 0", "set br0 up", "set lo up"):
        subprocess.run(["ip", "link", *words.split()], check=True)
    subprocess.run(["ip", "address", "add", "10.7.0.1/24", "dev", "br0"], check=True)
    HOSTS.write_text("")
    options = f"""--conf-file=/dev/null --no-hosts --no-resolv --pid-file={PID}
        --dhcp-leasefile=/run/dnsmasq.leases
        --dhcp-hostsfile={HOSTS} --bind-interfaces --interface=br0 --except-interface=lo --user=root --port=0
        --dhcp-range=10.7.0.0,static,3600s --dhcp-option=26,1400 --domain=openstacklocal
        --dhcp-option=option:dns-server,10.7.0.1 --no-ping
        --dhcp-option=option:classless-static-route,169.254.169.254/32,10.7.0.2,0.0.0.0/0,10.7.0.1"""
    subprocess.run(["dnsmasq", *options.split()], check=True)
    routes = [
        Route("/", versions),
        Route("/v2.0/networks", networks),
        Route("/v2.0/networks/{id}", network),
        Route("/v2.0/ports", ports),
        Route("/v2.0/ports", new_port, methods=["POST"]),
        Route("/v2.0/ports/{id}", port, methods=["GET", "PUT", "DELETE"]),
        Route("/v2.0/extensions", none),
        Route("/v2.0/floatingips", none),
        Route("/v2.0/security-groups", none),
    ]
    server = uvicorn.Server(
        uvicorn.Config(Starlette(routes=routes), host="127.0.0.1", port=9696, log_level="warning")
    )
    await asyncio.gather(server.serve(), wire_taps())


if __name__ == "__main__":
    asyncio.run(main())
