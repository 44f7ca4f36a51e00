"""What identity said of tokens: each is asked about once, and the answer is believed for a while.

A token that identity revokes goes on for as long as it is believed here. One that it refused is asked about
again soon: many requests with a bad token cost identity few.
"""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass

from cachetools import TLRUCache, TTLCache

from hawser.base.errors import Unauthenticated
from hawser.server.model.caller import Caller

MOST = 10_000
"""Tokens that are remembered at most; and as many that were refused."""
REFUSED_FOR = 10.0
"""Seconds that a refused token stays so without asking again."""


@dataclass(frozen=True, slots=True)
class Known:
    """The caller that a token stands for, and its end (seconds since the epoch)."""

    caller: Caller
    expires_at: float


class Tokens:
    """``ask`` gives what identity knows of a token, or raises; ``believed`` is in seconds. Safe among threads.

    Of a token itself only a hash stays in memory.
    """

    def __init__(self, ask: Callable[[str, bool], Known], believed: float) -> None:
        self._ask = ask
        self._believed = believed
        self._known: TLRUCache[bytes, Known] = TLRUCache(MOST, ttu=self._until, timer=time.time)
        self._refused: TTLCache[bytes, str] = TTLCache(MOST, ttl=REFUSED_FOR)
        self._asking: dict[bytes, Future[Known]] = {}
        self._lock = threading.Lock()

    def caller(self, token: str, expired_too: bool = False) -> Caller:
        """Whose token it is. `Unauthenticated` if nobody's; who asks meanwhile for the same waits along.

        ``expired_too``: one that expired a short while ago, as identity judges, is still good.
        """
        key = hashlib.sha256(token.encode()).digest() + bytes([expired_too])
        with self._lock:
            if known := self._known.get(key):
                return known.caller
            if refusal := self._refused.get(key):
                raise Unauthenticated(refusal)
            first = key not in self._asking
            answer = self._asking.setdefault(key, Future())
        if first:
            self._settle(key, token, expired_too, answer)
        return answer.result().caller

    def _settle(self, key: bytes, token: str, expired_too: bool, answer: Future[Known]) -> None:
        try:
            known = self._ask(token, expired_too)
        except BaseException as error:
            with self._lock:
                del self._asking[key]
                if isinstance(error, Unauthenticated):
                    self._refused[key] = error.message
            answer.set_exception(error)
            return
        with self._lock:
            del self._asking[key]
            self._known[key] = known
        answer.set_result(known)

    def _until(self, _key: bytes, known: Known, now: float) -> float:
        return min(now + self._believed, known.expires_at)
