"""What a node knows beside its intent, as of any moment: whatever is learnt anew wakes the loop."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace

from hawser.base.config import NodeSettings
from hawser.machine.drivers.machine import MachineFacts
from hawser.node.agent.parts import Parts
from hawser.node.planners.facts import Contact, Facts, Outlook
from hawser.wire.report import Mastership

log = logging.getLogger(__name__)


class Knowledge:
    """``wake`` has it acted on, ``lean`` has elections lean on it at once."""

    def __init__(
        self, settings: NodeSettings, parts: Parts, wake: Callable[[], None], lean: Callable[[], None]
    ) -> None:
        self._settings = settings
        self._parts = parts
        self._wake = wake
        self._lean = lean
        self._facts = Facts(settings, frozenset(), frozenset(), frozenset(), None, {}, told=False)

    @property
    def facts(self) -> Facts:
        """All of it, with the parts that this machine plays as they are now."""
        return replace(self._facts, masterships=self._parts.known())

    def told(self) -> None:
        """A server told the intent, since the agent started."""
        self._facts = replace(self._facts, told=True)

    def sees(self, machine: MachineFacts) -> None:
        """The machine was looked at."""
        local_ip = self._settings.local_ip
        self._facts = replace(
            self._facts,
            links=machine.links,
            bridged=machine.bridged,
            live=machine.live,
            tunnel_device=machine.device_of.get(local_ip) if local_ip else None,
            missing=machine.missing,
        )

    def will_bridge(self, taps: Collection[str]) -> None:
        """These will be on a bridge in the same stroke."""
        self._facts = replace(self._facts, bridged=self._facts.bridged.union(taps))

    def hears(self, contact: Contact) -> None:
        """Whether this node hears the others, at any moment."""
        if contact is not self._facts.contact:
            level = logging.WARNING if contact is Contact.LOST else logging.INFO
            log.log(level, "contact with the other nodes over the tunnel network is %s", contact)
            self._facts = replace(self._facts, contact=contact)
            self._lean()
            self._wake()

    def contests(self, router_ids: frozenset[str]) -> None:
        """Whose mastership another node may claim when it goes on (`agent.claims`)."""
        if router_ids != self._facts.contested:
            self._facts = replace(self._facts, contested=router_ids)
            self._wake()

    def gives_up(self, router_ids: frozenset[str]) -> None:
        """Planned moves to this node, by router, that take too long to be still wanted."""
        if router_ids != self._facts.overdue:
            self._facts = replace(self._facts, overdue=router_ids)
            self._wake()

    def foresees(self, outlooks: Mapping[str, Outlook]) -> None:
        """How things stand with routers' external gateways, by router id."""
        if outlooks != self._facts.outlooks:
            lost = sorted(each for each, outlook in outlooks.items() if outlook is Outlook.LOST)
            log.warning("external gateways are out of reach of: %s", ", ".join(lost) or "none")
            self._facts = replace(self._facts, outlooks=outlooks)
            self._wake()

    def admit(self, port_ids: Collection[str]) -> None:
        """By these HA ports this node is known to its peers: it takes part in their elections."""
        self.admit_only(self._facts.admitted.union(port_ids))
        self._wake()

    def admit_only(self, port_ids: frozenset[str]) -> None:
        """By these, and by no others any more."""
        self._facts = replace(self._facts, admitted=port_ids)

    def plays(self, router_id: str, part: Mastership) -> bool:
        """This machine plays this part for a router from now on; whether it is another than before."""
        changed = self._parts.play(router_id, part)
        if changed and part is Mastership.ACTIVE:  # it can look for itself now
            held = self._facts.outlooks.items()
            self._facts = replace(
                self._facts, outlooks={each: outlook for each, outlook in held if each != router_id}
            )
        return changed
