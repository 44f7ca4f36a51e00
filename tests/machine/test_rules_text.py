"""Chains from and to the text of iptables-save."""

from hawser.machine.drivers.rules_text import chains, restore_text, words
from tests.machine.things import R1, chain

SAVED = """# Generated
*nat
:PREROUTING ACCEPT [0:0]
:POSTROUTING ACCEPT [0:0]
:snat - [0:0]
-A POSTROUTING -o qg-1 -j snat
-A snat -s 10.1.0.0/24 -m comment --comment "all of it" -j SNAT --to-source 203.0.113.7
COMMIT
"""


def read(wanted=()):
    return {found.name: found for found in chains(R1, 4, SAVED, {(c.table, c.name): c for c in wanted})}


def test_builtin_chains_stand_once_they_hold_a_rule():
    assert sorted(read()) == ["POSTROUTING", "snat"]


def test_jumps_are_to_chains_of_the_table_only():
    assert read()["POSTROUTING"].jumps == ("snat",)
    assert read()["snat"].jumps == ()


def test_an_equal_rule_is_spelt_as_it_is_wished():
    wish = chain("snat", "-s 10.1.0.0/24 -m comment --comment 'all of it'  -j SNAT --to-source 203.0.113.7")
    assert read([wish])["snat"] == wish


def test_a_wished_empty_builtin_chain_stands():
    assert read([chain("PREROUTING")])["PREROUTING"].rules == ()


def test_an_address_without_a_prefix_is_a_whole_one():
    assert words("-d 203.0.113.7 -j DROP", 4) == words("-d 203.0.113.7/32 -j DROP", 4)
    assert words("-d 2001:db8::1", 6) == ("-d", "2001:db8::1/128")
    assert words("-d 203.0.113.7", 4) != words("-d 203.0.113.8", 4)


def test_a_change_empties_then_fills_and_removes_last():
    text = restore_text(
        [(chain("mine", "-j RETURN"), True), (chain("OUTPUT", "-j mine"), True), (chain("old"), False)]
    )
    assert text.splitlines() == [
        "*nat",
        ":mine - [0:0]",
        ":old - [0:0]",
        "-F OUTPUT",
        "-A mine -j RETURN",
        "-A OUTPUT -j mine",
        "-X old",
        "COMMIT",
    ]
