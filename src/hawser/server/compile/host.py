"""One host's intent as it is kept up to date, record by record. Pure."""

from __future__ import annotations

from hawser.wire.change import IntentChange, Key, Record, Touched, assemble
from hawser.wire.digest import Digest


class HostIntent:
    """What a host shall be as of ``revision``, the last that changed it."""

    def __init__(self, host: str) -> None:
        self.host = host
        self.revision = 0
        self.records: dict[Key, Record] = {}
        self._digest = Digest()

    @property
    def digest(self) -> str:
        """The digest of the intent (`wire.digest`)."""
        return self._digest.text()

    def put(self, revision: int, compiled: Touched) -> IntentChange | None:
        """Have these records so; what that changed, None where all were so already."""
        touched = {key: record for key, record in compiled.items() if self.records.get(key) != record}
        if not touched:
            return None
        for key, record in touched.items():
            self._put(key, record)
        base, self.revision = self.revision, revision
        return assemble(self.host, revision, base, touched)

    def whole(self) -> IntentChange:
        """All of it as a change that needs no base."""
        return assemble(self.host, self.revision, None, self.records)

    def _put(self, key: Key, record: Record | None) -> None:
        if key in self.records:
            self._digest.take(key, self.records.pop(key))
        if record is not None:
            self.records[key] = record
            self._digest.add(key, record)
