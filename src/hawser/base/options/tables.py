"""What a table of options is, and the options of both wings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from oslo_config import cfg

Options = Sequence[cfg.Opt]
Sections = Mapping[str, Options]
"""Options by section."""

COMMON: tuple[cfg.Opt, ...] = (
    cfg.BoolOpt("debug", default=False, help="Log everything."),
    cfg.StrOpt("state_path", default="/var/lib/neutron", help="Where state is kept on this machine."),
    cfg.StrOpt("host", help="The name of this machine among its peers; the short host name by default."),
    cfg.StrOpt("dns_domain", default="openstacklocal", help="The domain of instances' names."),
    cfg.IntOpt("dhcp_lease_duration", default=86400, min=120, help="Seconds that a DHCP lease lasts."),
)
"""In [DEFAULT], of both wings."""
