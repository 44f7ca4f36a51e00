"""The watch streams of all nodes, read and thrown away: the server works for its nodes while it is measured."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import httpx

from conformance.site import NODES, Site
from hawser.base.keys import node_key
from hawser.wire import version


@contextmanager
def watching(site: Site) -> Iterator[None]:
    """Every node of the lab's topology watches until the block ends."""
    with ExitStack() as stack:
        for node in NODES:
            client = stack.enter_context(
                httpx.Client(base_url=site.network_url, timeout=None, trust_env=False)
            )
            done = threading.Event()
            thread = threading.Thread(target=_watch, args=(client, site, node.name, done), daemon=True)
            thread.start()
            stack.callback(done.set)
        yield


def _watch(client: httpx.Client, site: Site, host: str, done: threading.Event) -> None:
    headers = {
        "Authorization": f"Bearer {node_key(site.secrets.feed, host)}",
        version.HEADER: str(version.VERSION),
    }
    try:
        with client.stream("GET", f"/feed/v1/hosts/{host}/watch", headers=headers) as answer:
            answer.raise_for_status()
            for _ in answer.iter_raw():
                if done.is_set():
                    return
    except httpx.HTTPError:
        if not done.is_set():
            raise
