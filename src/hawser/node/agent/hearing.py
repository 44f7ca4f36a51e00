"""Whether this node is cut off from the others, and which of them fall silent, by who answers it over the tunnel
network. Pure.

Every round some of the others are asked; their kernels answer, so that an agent that is away says nothing of its
node. Anybody's answer shows that this node is connected: that of a compute node, too, which is the witness that
silent peers are dead.

Nobody's answer has two meanings. The node is cut off where several fell silent at once, among them one that
carries routers, too. Who fell silent one after another is dead, and the last one left goes on serving; so does
one that never heard anybody, and one of two, who cannot tell.

One that falls silent while others answer is gone, or cut off. That is told once, until it is heard again.
"""

from __future__ import annotations

from collections.abc import Iterable

from hawser.base.addresses import Address
from hawser.node.planners.facts import Contact
from hawser.wire.intent import NodeAddress

ROUND = 0.04
"""Seconds between two rounds."""
SUSPICION = 2
"""Rounds without an answer of one node, others answering, after which it is asked with emphasis."""
EMPHASIS = 3
"""How often it is asked then in a round: a network that loses some packets of many makes nobody silent."""
DOUBT, LOSS = 3, 6
"""Rounds without any answer. A stand-by has to sit out before it would take over, three heartbeats of 0.09 s
after the cut; a master steps down when its successor has taken over, so that a hiccup of the network costs nothing.
After ``DOUBT`` of them one node alone has fallen silent."""
TOGETHER = 3 * ROUND
"""Seconds between the last answers of those who fell silent at once."""
RETURN = 0.5
"""Seconds that others must have answered before a node that was cut off takes part again: meanwhile it hears the
heartbeats of who is master."""
START = 10.0
"""Seconds that a node which has heard nobody since it started waits before it takes over from nobody."""
MOST = 4
"""How many others with routers are asked every round, and how many without: clouds may be large."""
MOST_PEERS = 16
"""How many peers are asked every round: those that this node may have to replace."""
PRESENT = 1.0
"""Seconds since its last answer for which a node is asked every round."""


class Hearing:
    """Who answered when; times are of a clock that never goes back.

    ``lost`` is whether an earlier process on this machine had lost contact: then it stays so until somebody answers.
    """

    def __init__(self, now: float, lost: bool = False) -> None:
        self.contact = Contact.LOST if lost else Contact.DOUBTFUL
        self.suspected: frozenset[Address] = frozenset()
        self.fallen: frozenset[Address] = frozenset()
        """Who came to be suspected, and who fell silent, by the last round."""
        self._started = now
        self._nodes: dict[Address, NodeAddress] = {}
        self._peers: frozenset[Address] = frozenset()
        self._heard: dict[Address, float] = {}
        self._missed: dict[Address, int] = {}
        self._gone: set[Address] = set()
        self._unanswered = 0
        self._round_at = now
        self._turn = 0
        self._since: float | None = None

    def know(self, nodes: Iterable[NodeAddress], peers: Iterable[Address] = ()) -> None:
        """All the others that there are, and which of them host routers that this node hosts, too."""
        self._peers = frozenset(peers)
        self._nodes = {node.address: node for node in nodes}
        self._heard = {address: at for address, at in self._heard.items() if address in self._nodes}

    def hear(self, address: Address, now: float) -> None:
        """An answer came."""
        if address in self._nodes:
            self._heard[address] = now
            self._unanswered = 0
            self._missed.pop(address, None)
            self._gone.discard(address)

    def silent(self, now: float) -> frozenset[Address]:
        """Who does not answer now."""
        return frozenset(a for a in self._nodes if a in self._gone or not self._is_present(a, now))

    def round(self, now: float) -> list[Address]:
        """Judge what was heard by now; whom to ask in the next round.

        A round that begins late says nothing of the others: this node was busy, and counts anew.
        """
        if now - self._round_at > 2 * ROUND:
            self._unanswered = min(self._unanswered, 1)
            self._missed.clear()
        self._round_at = now
        self.contact = self._judge(now)
        self._tell_apart()
        self._unanswered += 1
        asked = self._asked(now)
        for address in asked:
            self._missed[address] = self._missed.get(address, 0) + 1
        return asked + [a for a in asked if SUSPICION <= self._missed[a] <= DOUBT] * (EMPHASIS - 1)

    def _tell_apart(self) -> None:
        """Who of those that answered does so no more, while others do. Where nobody does, nothing is known."""
        if self._unanswered or self.contact is not Contact.SOUND:
            self._missed.clear()
        heard = {a: missed for a, missed in self._missed.items() if a in self._heard and a not in self._gone}
        self.suspected = frozenset(a for a, missed in heard.items() if missed == SUSPICION)
        self.fallen = frozenset(a for a, missed in heard.items() if missed == DOUBT)
        self._gone |= self.fallen

    def _is_present(self, address: Address, now: float) -> bool:
        return now - self._heard.get(address, float("-inf")) < PRESENT

    def _judge(self, now: float) -> Contact:
        if not any(node.routes for node in self._nodes.values()):
            return Contact.SOUND
        if not self._heard and self.contact is not Contact.LOST:
            return Contact.DOUBTFUL if now - self._started < START else Contact.SOUND
        if self._unanswered < DOUBT:
            return self._answered(now)
        self._since = None
        if self.contact is Contact.LOST:
            return Contact.LOST
        if not self._fell_silent_at_once():
            return Contact.SOUND
        return Contact.DOUBTFUL if self._unanswered < LOSS else Contact.LOST

    def _answered(self, now: float) -> Contact:
        if self.contact is not Contact.LOST:
            return self.contact if self._unanswered and self.contact is Contact.DOUBTFUL else Contact.SOUND
        if self._since is None and not self._unanswered:
            self._since = now
        back = self._since is not None and now - self._since >= RETURN
        return Contact.SOUND if back else Contact.LOST

    def _fell_silent_at_once(self) -> bool:
        last = max(self._heard.values())
        silent = [self._nodes[address] for address, at in self._heard.items() if at > last - TOGETHER]
        return len(silent) > 1 and any(node.routes for node in silent)

    def _asked(self, now: float) -> list[Address]:
        """Those who answer, or some of them from all over where they are many, and one of the others in turn."""
        answering = [address for address in self._nodes if self._is_present(address, now)]
        peers = [address for address in answering if address in self._peers]
        asked = peers[:: -(-len(peers) // MOST_PEERS) or 1]
        for routes in (True, False):
            of_kind = [address for address in answering if self._nodes[address].routes is routes]
            asked += [a for a in of_kind[:: -(-len(of_kind) // MOST) or 1] if a not in peers]
        others = [address for address in self._nodes if address not in asked]
        self._turn += 1
        return asked + ([others[self._turn % len(others)]] if others else [])
