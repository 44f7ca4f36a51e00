"""The compute agent: makes the instances of its host what the compute service wants, and reports.

One task for each instance that differs from its wish, so that a slow one holds up no other. Nothing is
removed before the first complete wish has come, and nothing because the service is silent.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping

from hawser.base.errors import HawserError
from hawser.cloud.agent import record
from hawser.cloud.agent.client import Client
from hawser.cloud.agent.containers import Containers
from hawser.cloud.agent.record import Record
from hawser.cloud.wire import HostState, Instance, InstanceState

log = logging.getLogger(__name__)

REPORT_SECONDS = 4.0
LOOK_SECONDS = 0.3
RETRY_SECONDS = 0.5


class ComputeAgent:
    """Runs until it is cancelled; the instances outlive it."""

    def __init__(self, client: Client, containers: Containers) -> None:
        """Adopts the instances that are there."""
        self._client = client
        self._containers = containers
        self._records: dict[str, Record] = containers.adopt()
        self._faults: dict[str, tuple[int, str]] = {}
        self._wanted: Mapping[str, Instance] = {}
        self._revision = -1
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._news = asyncio.Event()
        self._told: HostState | None = None

    async def run(self) -> None:
        """Watch and report, side by side."""
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._watch())
                group.create_task(self._report())
        finally:
            for task in self._tasks.values():
                task.cancel()
            await asyncio.gather(*self._tasks.values(), return_exceptions=True)

    async def _watch(self) -> None:
        while True:
            try:
                wish = await self._client.wish(self._revision)
            except HawserError as error:
                log.warning("%s", error.message)
                await asyncio.sleep(RETRY_SECONDS)
                continue
            self._wanted = {instance.id: instance for instance in wish.instances}
            for instance_id in self._records.keys() | self._wanted.keys() | self._faults.keys():
                if instance_id not in self._tasks and not self._is_settled(instance_id):
                    self._tasks[instance_id] = asyncio.create_task(self._settle(instance_id))
            self._revision = wish.revision
            self._news.set()

    def _is_settled(self, instance_id: str) -> bool:
        """Whether there is nothing to do for an instance."""
        wanted, found = self._wanted.get(instance_id), self._records.get(instance_id)
        if wanted is None:
            return found is None and instance_id not in self._faults
        if not wanted.running:
            return found is None or not record.alive(found)
        if self._faults.get(instance_id, (0, ""))[0] == wanted.boot:
            return True
        return found is not None and found.boot == wanted.boot and self._is_plugged(wanted, found)

    def _is_plugged(self, wanted: Instance, found: Record) -> bool:
        return not record.alive(found) or self._containers.taps(wanted) == found.taps

    async def _settle(self, instance_id: str) -> None:
        """Make one instance as wanted; what goes wrong is its fault until its next boot."""
        try:
            while not self._is_settled(instance_id):
                await self._step(instance_id)
        finally:
            self._tasks.pop(instance_id, None)
            self._news.set()

    async def _step(self, instance_id: str) -> None:
        wanted, found = self._wanted.get(instance_id), self._records.get(instance_id)
        try:
            if wanted is None:
                await self._delete(instance_id, found)
            elif found is not None and record.alive(found):
                if wanted.running and found.boot == wanted.boot:
                    self._records[instance_id] = await self._containers.replug(wanted, found)
                else:
                    await self._containers.stop(found)
            else:
                self._records[instance_id] = await self._containers.start(wanted)
                self._faults.pop(instance_id, None)
        except (HawserError, OSError) as error:
            log.error("instance %s: %s", instance_id, error)
            self._faults[instance_id] = (wanted.boot if wanted else 0, str(error))
            await asyncio.sleep(RETRY_SECONDS)

    async def _delete(self, instance_id: str, found: Record | None) -> None:
        if found is None:
            self._containers.discard(instance_id)
        else:
            await self._containers.delete(found)
        self._records.pop(instance_id, None)
        self._faults.pop(instance_id, None)

    async def _report(self) -> None:
        """At once when something changed, else as a sign of life every few seconds."""
        quiet = 0.0
        while True:
            state = self._state()
            if self._revision >= 0 and (state != self._told or quiet >= REPORT_SECONDS):
                try:
                    await self._client.report(state)
                    self._told, quiet = state, 0.0
                except HawserError as error:
                    log.warning("%s", error.message)
            try:
                async with asyncio.timeout(LOOK_SECONDS):
                    await self._news.wait()
            except TimeoutError:
                quiet += LOOK_SECONDS
            self._news.clear()

    def _state(self) -> HostState:
        ids = sorted(self._records.keys() | self._faults.keys())
        return HostState(self._revision, tuple(map(self._instance, ids)), tuple(sorted(self._tasks)))

    def _instance(self, instance_id: str) -> InstanceState:
        found = self._records.get(instance_id)
        boot, fault = self._faults.get(instance_id, (0, ""))
        return InstanceState(
            id=instance_id,
            boot=found.boot if found else boot,
            running=found is not None and record.alive(found),
            fault=fault,
            console=self._containers.console(instance_id),
        )
