"""Bindings of ports of instances: the use cases. The port's own host is the binding in force."""

from __future__ import annotations

from dataclasses import replace

from hawser.base.errors import BadInput, Conflict, NotFound
from hawser.server.model.binding import (
    ACTIVE,
    INACTIVE,
    Binding,
    BindingChanges,
    NewBinding,
    active,
    is_plugged,
)
from hawser.server.model.caller import Caller
from hawser.server.model.port import NO_PROFILE, Port
from hawser.server.model.unset import given
from hawser.server.service import access
from hawser.server.store.session import Store, Transaction
from hawser.server.store.tables import binding as rows
from hawser.server.store.tables.port import ports

_OF_INSTANCES = "compute:"


def search(store: Store, caller: Caller, port_id: str) -> list[Binding]:
    """All of a port, the one in force first."""
    with store.read() as tx:
        return _all(tx, _port(tx, caller, port_id))


def get(store: Store, caller: Caller, port_id: str, host: str) -> Binding:
    """The one on ``host``. `NotFound` (PortBindingNotFound) where there is none."""
    with store.read() as tx:
        return _one(tx, _port(tx, caller, port_id), host)


def create(store: Store, caller: Caller, port_id: str, draft: NewBinding) -> Binding:
    """Bind a port to one more host; it waits to be activated, unless it is the port's only one."""
    with store.write() as tx:
        port = _port(tx, caller, port_id)
        if any(each.host == draft.host for each in _all(tx, port)):
            raise Conflict(_of(port_id, draft.host) + " already exists.", "PortBindingAlreadyExists")
        status = INACTIVE if port.host else ACTIVE
        made = Binding(port_id, port.project_id, draft.host, draft.vnic_type, draft.profile, status)
        _check_plugged(made)
        if status == ACTIVE:
            _put_in_force(tx, made)
        else:
            rows.add(tx, made)
        return made


def update(store: Store, caller: Caller, port_id: str, host: str, changes: BindingChanges) -> Binding:
    """Change what is said in ``changes``."""
    with store.write() as tx:
        had = _one(tx, _port(tx, caller, port_id), host)
        changed = replace(
            had,
            vnic_type=given(changes.vnic_type, had.vnic_type),
            profile=given(changes.profile, had.profile),
        )
        _check_plugged(changed)
        if changed.status == ACTIVE:
            _put_in_force(tx, changed)
        else:
            rows.put(tx, port_id, host, vnic_type=changed.vnic_type, profile=changed.profile)
        return changed


def activate(store: Store, caller: Caller, port_id: str, host: str) -> Binding:
    """Have the one on ``host`` in force instead of that which is: the port lives there from now on."""
    with store.write() as tx:
        port = _port(tx, caller, port_id)
        chosen = _one(tx, port, host)
        if chosen.status == ACTIVE:
            raise Conflict(_of(port_id, host) + " is already active.", "PortBindingAlreadyActive")
        rows.remove(tx, port_id, host)
        if before := active(port):
            rows.add(tx, replace(before, status=INACTIVE))
        chosen = replace(chosen, status=ACTIVE)
        _put_in_force(tx, chosen)
        return chosen


def delete(store: Store, caller: Caller, port_id: str, host: str) -> None:
    """Take the port from ``host``. Without the one in force it is bound nowhere, until another is activated."""
    with store.write() as tx:
        if _one(tx, _port(tx, caller, port_id), host).status == ACTIVE:
            ports.change(tx, port_id, host="", binding_profile=NO_PROFILE, status="DOWN")
        else:
            rows.remove(tx, port_id, host)


def _port(tx: Transaction, caller: Caller, port_id: str) -> Port:
    port = access.owned_port(tx, caller, port_id)
    if not port.device_owner.startswith(_OF_INSTANCES):
        raise BadInput(
            "port", f"{port_id} is not an instance's, and others have no bindings", kind="BadRequest"
        )
    return port


def _all(tx: Transaction, port: Port) -> list[Binding]:
    in_force = active(port)
    return [*([in_force] if in_force else ()), *rows.of_port(tx, port)]


def _one(tx: Transaction, port: Port, host: str) -> Binding:
    for binding in _all(tx, port):
        if binding.host == host:
            return binding
    raise NotFound("binding", host, _of(port.id, host) + " could not be found.", "PortBindingNotFound")


def _put_in_force(tx: Transaction, binding: Binding) -> None:
    port = ports.get(tx, binding.port_id)
    columns = {
        "host": binding.host,
        "vnic_type": binding.vnic_type,
        "binding_profile": binding.profile,
    }
    if port is not None and port.host != binding.host:
        columns["status"] = "DOWN"
    ports.change(tx, binding.port_id, **columns)


def _check_plugged(binding: Binding) -> None:
    if not is_plugged(binding.host, binding.vnic_type):
        raise Conflict(
            f"{_of(binding.port_id, binding.host)} could not be created or updated: a Linux bridge cannot plug "
            f"vnic_type {binding.vnic_type}.",
            "PortBindingError",
        )


def _of(port_id: str, host: str) -> str:
    return f"Binding for port {port_id} on host {host}"
