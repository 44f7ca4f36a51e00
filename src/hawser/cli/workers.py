"""Several processes that serve together: one that ends is started again, and all end with their parent."""

from __future__ import annotations

import gc
import logging
import multiprocessing
import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from multiprocessing.connection import wait
from multiprocessing.process import BaseProcess

_FORK = multiprocessing.get_context("fork")
_REST = 1.0
"""Seconds between two starts of a worker, at least: one that cannot live does not take the machine."""
_STOPPING = (signal.SIGTERM, signal.SIGINT)
_log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Worker:
    process: BaseProcess
    started: float


def run(count: int, serve: Callable[[], None], sockets: Sequence[socket.socket], patience: float) -> None:
    """Have ``count`` processes `serve` on the sockets until this one is told to stop (SIGTERM, SIGINT).

    ``serve`` is called in each new process, and ends at SIGTERM; after ``patience`` seconds it is killed.
    The caller must have no thread and no connection that a copy of the process would share.
    """
    gc.collect()
    gc.freeze()  # what is in memory now stays shared with the workers: their collectors do not touch it
    told, tell = os.pipe()
    ours, _theirs = os.pipe()
    for number in _STOPPING:
        signal.signal(number, lambda *_: os.write(tell, b"."))

    def work() -> None:
        os.close(_theirs)
        for number in _STOPPING:
            signal.signal(number, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _STOPPING)
        threading.Thread(target=_end_with_parent, args=(ours,), daemon=True).start()
        serve()

    workers = [_start(work) for _ in range(count)]
    while told not in wait([told, *(worker.process.sentinel for worker in workers)]):
        workers = [worker if worker.process.is_alive() else _again(worker, work, told) for worker in workers]
    for listener in sockets:  # else who connects now would wait for an answer in vain
        listener.close()
    _stop(workers, patience)


def _start(work: Callable[[], None]) -> _Worker:
    process = _FORK.Process(target=work)
    # A signal meant for the new process must wait until it has put our handlers aside.
    signal.pthread_sigmask(signal.SIG_BLOCK, _STOPPING)
    try:
        process.start()
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _STOPPING)
    _log.info("worker %s is started", process.pid)
    return _Worker(process, time.monotonic())


def _again(worker: _Worker, work: Callable[[], None], told: int) -> _Worker:
    """Another in the place of one that ended; at once, unless that one was started just now."""
    worker.process.join()
    _log.warning(
        "worker %s ended (status %s); another is started", worker.process.pid, worker.process.exitcode
    )
    worker.process.close()
    wait([told], max(worker.started + _REST - time.monotonic(), 0))
    return _start(work)


def _stop(workers: list[_Worker], patience: float) -> None:
    for worker in workers:
        worker.process.terminate()
    deadline = time.monotonic() + patience
    for worker in workers:
        worker.process.join(max(deadline - time.monotonic(), 0))
        if worker.process.is_alive():
            _log.error("worker %s does not end; it is killed", worker.process.pid)
            worker.process.kill()
            worker.process.join()


def _end_with_parent(pipe: int) -> None:
    """Nobody writes to the pipe: its end is the parent's end, however that came."""
    os.read(pipe, 1)
    os.kill(os.getpid(), signal.SIGTERM)
