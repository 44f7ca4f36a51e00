"""The sample files name every option there is, and what they say is so."""

from __future__ import annotations

import re

import pytest
from click.testing import CliRunner

from hawser.base import config, options
from hawser.cli.sample import SAMPLES, sample, sample_of
from hawser.server.api import rules
from hawser.server.api.policy import Policy
from tests.server.stage import ADMIN, DEMO


@pytest.fixture
def files(tmp_path):
    """All samples as files whose defaults, where there are any, are no comments any more."""
    made = []
    for name in SAMPLES:
        made.append(tmp_path / f"{name}.ini")
        made[-1].write_text(re.sub(r"^#(?=\w+ = )", "", sample_of(name), flags=re.MULTILINE))
    return made


def test_every_option_is_in_a_sample():
    said: dict[str, set[str]] = {}
    for name in SAMPLES:
        for line in sample_of(name).splitlines():
            if line.startswith("["):
                section = said.setdefault(line.strip("[]"), set())
            elif option := re.match(r"#(\w+) =", line):
                section.add(option[1])
    for section, table in {**options.SERVER, **options.sections()}.items():
        assert {option.dest for option in table} <= said[section]


def test_every_option_says_what_it_does():
    tables = [options.COMMON, *options.SERVER.values(), *options.NODE.values()]
    assert [option.name for table in tables for option in table if not option.help] == []


def test_a_sample_says_the_defaults(files):
    read, nothing = config.read(files), config.read([])
    assert config.server_settings(read) == config.server_settings(nothing)
    read, nothing = config.read(files, node=True), config.read([], node=True)
    assert config.node_settings(read) == config.node_settings(nothing)


def test_a_sample_as_it_is_printed_changes_nothing_and_is_all_read(tmp_path):
    for name in SAMPLES:
        file = tmp_path / name
        file.write_text(CliRunner().invoke(sample, [name]).output)
        assert config.server_settings(config.read([file])) == config.server_settings(config.read([]))
        assert config.strangers([file]) == []


def test_the_sample_of_policy_has_every_rule_and_says_what_is_so(tmp_path):
    file = tmp_path / "policy.yaml"
    file.write_text(re.sub(r"^#(?! )", "", sample_of("policy"), flags=re.MULTILINE))
    for name, _ in rules.defaults():
        assert f'\n"{name}": ' in file.read_text()
    for caller in (ADMIN, DEMO):
        assert Policy(file).rights(caller) == Policy().rights(caller)


def test_what_nobody_reads_is_named_with_its_place(tmp_path):
    file = tmp_path / "neutron.conf"
    file.write_text(
        "[DEFAULT]\nl3_haa = true\ndebug = true\n[vxlan]\nlocal-ip = 192.0.2.1\n[ml2]\nfoo = 1\n"
        "[nova]\nanything = goes\n[keystone_authtoken]\nregion_name = RegionOne\n"
    )
    assert config.strangers([file, tmp_path / "missing"]) == [
        f"{file}: [DEFAULT] l3_haa is not read; is l3_ha meant?",
        f"{file}: [ml2] foo is not read",
    ]


def test_an_option_is_read_by_its_older_name_too(tmp_path):
    file = tmp_path / "metadata_agent.ini"
    file.write_text(
        "[DEFAULT]\nnova_metadata_ip = controller\nmetadata_proxy_shared_secret = METADATA_SECRET\n"
    )
    settings = config.node_settings(config.read([file], node=True))
    assert (settings.nova_metadata_host, settings.metadata_proxy_shared_secret) == (
        "controller",
        "METADATA_SECRET",
    )
    assert config.strangers([file]) == []
