"""What the lab writes is read by the services' own reader as the documents mean it."""

from __future__ import annotations

import pytest

from hawser.base import config
from hawser.base.errors import BadInput
from hawser.base.keys import is_node_key
from hawser.lab import config_files, operator_files
from hawser.lab.config_files import PATHS
from hawser.lab.secrets import Secrets
from hawser.lab.settings import Setting
from hawser.lab.topology import ha

SECRETS = Secrets("a", "d", "n", "v", "feed", "vrrp", "metadata")


def written(tmp_path, node, dhcp_on="compute", settings=()):
    topology = ha(dhcp_on)
    parsed = [Setting.parse(text, topology.nodes, PATHS) for text in settings]
    files = []
    for path, text in config_files.of_node(topology.node(node), SECRETS, parsed).items():
        files.append(tmp_path / path.rpartition("/")[2])
        files[-1].write_text(text)
    return files


def test_server_settings(tmp_path):
    conf = config.read(
        [f for f in written(tmp_path, "controller") if f.name in ("neutron.conf", "ml2_conf.ini")]
    )
    settings = config.server_settings(conf)
    assert settings.l3_ha
    assert (settings.min_l3_agents_per_router, settings.max_l3_agents_per_router) == (2, 3)
    assert settings.tenant_network_types == ("vxlan",)
    assert settings.vni_ranges == ((1, 1000),)
    assert str(settings.l3_ha_net_cidr) == "169.254.192.0/18"


def test_network_node_settings(tmp_path):
    settings = config.node_settings(config.read(written(tmp_path, "network1"), node=True))
    assert dict(settings.physical_interfaces) == {"external": "eth2", "provider": "eth2"}
    assert str(settings.local_ip) == "10.0.1.21"
    assert settings.roles == ("linuxbridge", "l3", "metadata")
    assert settings.nova_metadata_host == "controller"
    assert settings.metadata_proxy_shared_secret == "metadata"
    assert is_node_key("feed", "network1", settings.node_key)
    assert settings.l2_population


def test_compute_node_has_no_way_to_the_external_network(tmp_path):
    settings = config.node_settings(config.read(written(tmp_path, "compute2"), node=True))
    assert dict(settings.physical_interfaces) == {}
    assert settings.roles == ("linuxbridge", "dhcp", "metadata")
    assert settings.enable_isolated_metadata


def test_an_option_set_by_hand_reaches_the_nodes_of_its_kind_only(tmp_path):
    by_hand = ["network.l3_agent.DEFAULT.ha_vrrp_advert_int=2"]
    files = written(tmp_path, "network1", settings=by_hand)
    assert config.node_settings(config.read(files, node=True)).ha_vrrp_advert_int == 2
    assert "ha_vrrp_advert_int" not in "".join(f.read_text() for f in written(tmp_path, "compute1"))


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("l3_ha=False", "WHERE.FILE.SECTION.OPTION=VALUE"),
        ("network.l3_agent.DEFAULT.ha_vrrp_advert_int", "WHERE.FILE.SECTION.OPTION=VALUE"),
        ("nowhere.l3_agent.DEFAULT.a=1", "network1"),
        ("network.nofile.DEFAULT.a=1", "l3_agent"),
    ],
)
def test_a_setting_that_cannot_be_says_what_can(text, word):
    with pytest.raises(BadInput, match=word):
        Setting.parse(text, ha().nodes, PATHS)


def test_a_node_holds_no_secret_but_its_own_key(tmp_path):
    text = "".join(f.read_text() for f in written(tmp_path, "compute1"))
    assert "feed_secret" not in text
    assert "password" not in text


def test_an_operators_own_files_are_as_many_settings(tmp_path):
    own = tmp_path / "own"
    texts = {
        "all/ml2_conf.ini": "[vxlan]\nl2_population = True\n[ml2_type_vxlan]\nvni_ranges = 1:1000\n",
        "network/linuxbridge_agent.ini": "[vxlan]\nl2_population = False\n",
        "network1/l3_agent.ini": "[DEFAULT]\nha_vrrp_health_check_interval = 30\nnonsense = 1\n",
    }
    for path, text in texts.items():
        (own / path).parent.mkdir(parents=True, exist_ok=True)
        (own / path).write_text(text)
    files = written(tmp_path, "network1", settings=list(operator_files.settings(own)))
    settings = config.node_settings(config.read(sorted(files, reverse=True), node=True))
    assert settings.ha_vrrp_health_check_interval == 30
    assert "vni_ranges = 1:1000" in (tmp_path / "ml2_conf.ini").read_text()
    assert "l2_population = False" in (tmp_path / "linuxbridge_agent.ini").read_text()
    (unread,) = config.strangers(files)
    assert "nonsense is not read" in unread
