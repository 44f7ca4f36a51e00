"""The configuration of the lab's compute and image services, and of the compute agent, by oslo.config.

Both read ``cloud.ini`` and use the option names that operators know from the other services.
"""

from __future__ import annotations

import socket
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from oslo_config import cfg

from hawser.base.errors import BadInput

DEFAULT_FILES = (Path("/etc/neutron/neutron.conf"), Path("/etc/neutron/cloud.ini"))

_COMMON = (
    cfg.BoolOpt("debug", default=False, help="Log everything."),
    cfg.StrOpt("host", help="The name of this machine among its peers; the short host name by default."),
    cfg.StrOpt("state_path", default="/var/lib/neutron", help="Where state is kept on this machine."),
    cfg.StrOpt("auth_strategy", default="keystone", choices=["keystone", "noauth"]),
)
_COMPUTE = (
    cfg.StrOpt("bind_host", default="0.0.0.0", help="The address that both services listen on."),
    cfg.PortOpt("compute_port", default=8774),
    cfg.PortOpt("image_port", default=9292),
    cfg.PortOpt("metadata_port", default=8775, help="Where metadata agents ask."),
    cfg.StrOpt("network_url", default="http://controller:9696", help="The Networking API."),
    cfg.ListOpt("compute_url", default=["http://controller:8774"], help="For agents: the compute service."),
    cfg.StrOpt("instances_path", default="/run/hawser/instances", help="On agents; not kept over a reboot."),
    cfg.FloatOpt("vif_plugging_timeout", default=30, min=1, help="Seconds to wait for a tap to be wired."),
    cfg.FloatOpt("service_down_time", default=15, min=1, help="Seconds of silence that make a host dead."),
)
_IDENTITY = (
    cfg.StrOpt("auth_url", default="http://controller:5000"),
    cfg.StrOpt("username", default="nova"),
    cfg.StrOpt("password", default="", secret=True),
    cfg.StrOpt("project_name", default="service"),
    cfg.StrOpt("user_domain_name", default="Default"),
    cfg.StrOpt("project_domain_name", default="Default"),
)
_NEUTRON = (
    cfg.StrOpt(
        "metadata_proxy_shared_secret",
        default="",
        secret=True,
        help="By which metadata agents are believed. Empty: none is.",
    ),
)
_HAWSER = (
    cfg.StrOpt("feed_secret", default="", secret=True, help="Nodes' keys are made from it."),
    cfg.StrOpt("node_key", default="", secret=True, help="This node's key."),
)


@dataclass(frozen=True, slots=True)
class IdentitySettings:
    """The service's own user; field names are the options' names in ``[nova]``."""

    auth_url: str
    username: str
    password: str
    project_name: str
    user_domain_name: str
    project_domain_name: str


@dataclass(frozen=True, slots=True)
class CloudSettings:
    """What the services and the compute agent read; field names are the options' names. Times in seconds."""

    debug: bool
    host: str
    state_path: Path
    auth_strategy: str
    bind_host: str
    compute_port: int
    image_port: int
    metadata_port: int
    network_url: str
    compute_urls: tuple[str, ...]
    instances_path: Path
    vif_plugging_timeout: float
    service_down_time: float
    identity: IdentitySettings
    metadata_proxy_shared_secret: str
    feed_secret: str
    node_key: str


def read(files: Iterable[Path]) -> CloudSettings:
    """The files that exist among ``files``; later ones win. An option that cannot be read is a `BadInput`."""
    conf = cfg.ConfigOpts()
    conf.register_opts(_COMMON)
    groups = {"cloud": _COMPUTE, "nova": _IDENTITY, "neutron": _NEUTRON, "hawser": _HAWSER}
    for group, options in groups.items():
        conf.register_opts(options, group=group)
    try:
        conf([], project="hawser", default_config_files=[str(file) for file in files if file.exists()])
    except cfg.Error as error:
        raise BadInput("configuration", str(error)) from error
    return _settings(conf)


def _settings(conf: cfg.ConfigOpts) -> CloudSettings:
    cloud, nova = conf.cloud, conf.nova
    return CloudSettings(
        debug=conf.debug,
        host=conf.host or socket.gethostname().split(".")[0],
        state_path=Path(conf.state_path),
        auth_strategy=conf.auth_strategy,
        bind_host=cloud.bind_host,
        compute_port=cloud.compute_port,
        image_port=cloud.image_port,
        metadata_port=cloud.metadata_port,
        network_url=cloud.network_url.rstrip("/"),
        compute_urls=tuple(url.rstrip("/") for url in cloud.compute_url),
        instances_path=Path(cloud.instances_path),
        vif_plugging_timeout=cloud.vif_plugging_timeout,
        service_down_time=cloud.service_down_time,
        identity=IdentitySettings(
            auth_url=nova.auth_url,
            username=nova.username,
            password=nova.password,
            project_name=nova.project_name,
            user_domain_name=nova.user_domain_name,
            project_domain_name=nova.project_domain_name,
        ),
        metadata_proxy_shared_secret=conf.neutron.metadata_proxy_shared_secret,
        feed_secret=conf.hawser.feed_secret,
        node_key=conf.hawser.node_key,
    )
