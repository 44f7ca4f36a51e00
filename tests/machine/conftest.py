"""Two machines for one suite: one in memory, and the real kernel in namespaces that nobody else sees."""

import ctypes
import os
import signal
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath

import pytest

from hawser.machine.drivers.machine import Machine
from hawser.machine.drivers.memory import MemoryMachine
from hawser.machine.drivers.netlink import Socket, nest
from hawser.machine.drivers.rtnetlink import create_link, link_body, link_info, links
from hawser.machine.plan import plan

NEWNET, NEWNS = 0x40000000, 0x00020000
PRIVATE = 0x40000 | 0x4000
libc = ctypes.CDLL(None, use_errno=True)


def call(function, *arguments):
    if getattr(libc, function)(*arguments):
        raise OSError(ctypes.get_errno(), f"{function}: {os.strerror(ctypes.get_errno())}")


@contextmanager
def own_namespaces():
    """This thread has a network and a mount namespace of its own, with an empty /run."""
    handles = [os.open(f"/proc/thread-self/ns/{kind}", os.O_RDONLY) for kind in ("net", "mnt")]
    place = Path.cwd()
    call("unshare", NEWNET | NEWNS)
    try:
        call("mount", b"none", b"/", None, PRIVATE, None)
        call("mount", b"tmpfs", b"/run", b"tmpfs", 0, None)
        yield
    finally:
        call("setns", handles[0], NEWNET)
        call("setns", handles[1], NEWNS)
        os.chdir(place)
        for handle in handles:
            os.close(handle)


class Bench:
    """A machine under test, and what an operator does to it behind its back."""

    def __init__(self, machine, own, real):
        self.machine, self.own, self.real = machine, own, real
        self.wanted = {}

    def make(self, *items):
        """Want these items besides what was wanted; return the outcome."""
        self.wanted |= {item.key: item for item in items}
        return self.settle()

    def drop(self, *items):
        for item in items:
            self.wanted.pop(item.key, None)
        return self.settle()

    def settle(self):
        outcome = self.machine.apply(plan(self.wanted, self.read()))
        if not outcome.failed:
            assert not plan(self.wanted, self.read()), str(plan(self.wanted, self.read()))
        return outcome

    def read(self):
        return self.machine.read(self.wanted)

    def stands(self, item):
        return self.read().get(item.key) == item

    def add_foreign_link(self, name, peer=None):
        """An interface that somebody else made: a pair with an end ``peer``, else a bridge."""
        if not self.real:
            self.machine.add_link(name)
        elif peer:
            with_kernel(create_link(name, link_info("veth", nest(1, link_body(peer)))))
        else:
            with_kernel(create_link(name, link_info("bridge")))


def with_kernel(request):
    ear = Socket()
    try:
        (refusal,) = ear.request([request])
        assert refusal is None, refusal
        return links(ear)
    finally:
        ear.close()


@pytest.fixture(params=["memory", pytest.param("kernel", marks=pytest.mark.kernel)])
def bench(request, tmp_path):
    own = (PurePosixPath(tmp_path / "own"),)
    if request.param == "memory":
        yield Bench(MemoryMachine(own), tmp_path / "own", real=False)
        return
    yield from on_kernel(own, tmp_path)


@pytest.fixture
def kernel(tmp_path):
    yield from on_kernel((PurePosixPath(tmp_path / "own"),), tmp_path)


def on_kernel(own, tmp_path):
    """A machine in namespaces of its own; ``own`` is where its files are."""
    with own_namespaces():
        machine = Machine(own)
        try:
            yield Bench(machine, tmp_path / "own", real=True)
        finally:
            for pid in machine.pids().values():
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            machine.close()
