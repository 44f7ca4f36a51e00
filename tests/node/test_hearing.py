"""What a node makes of silence: whether it is cut off, or the others are dead."""

from __future__ import annotations

from collections.abc import Collection
from ipaddress import ip_address

from hawser.node.agent.hearing import DOUBT, EMPHASIS, LOSS, MOST, RETURN, ROUND, START, SUSPICION, Hearing
from hawser.node.planners.facts import Contact
from hawser.wire.intent import NodeAddress

PEER, FIRST, SECOND = (NodeAddress(f"n{n}", ip_address(f"10.0.1.{n}"), routes=n == 1) for n in (1, 2, 3))
ALL = (PEER, FIRST, SECOND)


class Story:
    """Rounds of a node, one after another; ``alive`` answer at once."""

    def __init__(self, *others: NodeAddress, lost: bool = False) -> None:
        self.now = 100.0
        self.hearing = Hearing(self.now, lost)
        self.hearing.know(others)

    def rounds(self, count: float, alive: Collection[NodeAddress] = ()) -> Contact:
        answering = {node.address for node in alive}
        for _ in range(int(count)):
            self.now += ROUND
            for address in self.hearing.round(self.now):
                if address in answering:
                    self.hearing.hear(address, self.now + 0.001)
        return self.hearing.contact


def connected(*others: NodeAddress) -> Story:
    story = Story(*others)
    assert story.rounds(20, others) is Contact.SOUND
    return story


def test_who_hears_nobody_of_many_at_once_is_first_in_doubt_then_cut_off():
    story = connected(*ALL)
    assert story.rounds(DOUBT) is Contact.SOUND
    assert story.rounds(1) is Contact.DOUBTFUL
    assert story.rounds(LOSS - DOUBT) is Contact.LOST
    assert story.rounds(100 / ROUND) is Contact.LOST, "however long it lasts"
    assert (LOSS + 1) * ROUND <= 0.3


def test_a_hiccup_is_over_with_the_first_answer():
    story = connected(*ALL)
    assert story.rounds(DOUBT + 1) is Contact.DOUBTFUL
    story.rounds(1, ALL)
    assert story.rounds(1, ALL) is Contact.SOUND


def test_a_witness_shows_that_silent_peers_are_dead():
    story = connected(*ALL)
    assert story.rounds(100, [FIRST]) is Contact.SOUND


def test_the_last_one_left_goes_on_serving():
    story = connected(*ALL)
    story.rounds(25, [FIRST, SECOND])
    story.rounds(25, [FIRST])
    assert story.rounds(1000) is Contact.SOUND


def test_witnesses_that_go_together_after_the_peers_leave_nobody_to_take_over():
    story = connected(*ALL)
    story.rounds(25, [FIRST, SECOND])
    assert story.rounds(1000) is Contact.SOUND


def test_one_of_two_nodes_cannot_tell_and_serves():
    assert connected(PEER).rounds(1000) is Contact.SOUND


def test_without_others_that_carry_routers_a_node_always_serves():
    assert Story().rounds(1) is Contact.SOUND
    assert connected(FIRST, SECOND).rounds(100) is Contact.SOUND


def test_who_was_always_alone_waits_a_while_and_serves():
    story = Story(*ALL)
    assert story.rounds(START / ROUND - 2) is Contact.DOUBTFUL
    assert story.rounds(4) is Contact.SOUND
    story = Story(*ALL)
    story.rounds(5)
    assert story.rounds(2, ALL) is Contact.SOUND, "as soon as it hears somebody"


def test_who_was_cut_off_returns_only_when_it_has_heard_others_for_a_while():
    story = connected(*ALL)
    story.rounds(100)
    assert story.rounds(RETURN / ROUND - 1, ALL) is Contact.LOST
    story.rounds(DOUBT + 1)
    assert story.rounds(RETURN / ROUND, ALL) is Contact.LOST, "an interruption counts anew"
    assert story.rounds(4, ALL) is Contact.SOUND


def test_an_agent_that_starts_anew_while_its_node_is_cut_off_knows_it():
    story = Story(*ALL, lost=True)
    assert story.rounds(1000) is Contact.LOST
    assert story.rounds(RETURN / ROUND + 4, ALL) is Contact.SOUND


def test_a_busy_agent_does_not_take_its_own_silence_for_that_of_the_others():
    story = connected(*ALL)
    for _ in range(20):
        story.now += 0.3
        assert story.rounds(1) is Contact.SOUND


def test_whom_nobody_tells_of_any_more_is_not_asked():
    story = connected(*ALL)
    story.hearing.know([FIRST])
    assert story.hearing.round(story.now + ROUND) == [FIRST.address]


def test_of_many_only_some_from_all_over_are_asked_and_all_in_turn():
    others = [NodeAddress(f"n{n}", ip_address(f"10.0.1.{n}"), routes=n < 50) for n in range(1, 101)]
    story = connected(*others)
    story.rounds(200, others)
    asked = [story.hearing.round(story.now + turn * ROUND) for turn in range(1, 24)]
    assert max(map(len, asked)) <= 2 * MOST + 1
    assert any(address > ip_address("10.0.1.50") for address in asked[0])
    story = connected(*others)
    assert story.rounds(100) is Contact.LOST


def falls(story: Story, count: int, alive: Collection[NodeAddress] = ()) -> list[NodeAddress]:
    """Who is told to have fallen silent in so many rounds, in order."""
    known = {node.address: node for node in ALL}
    found: list[NodeAddress] = []
    for _ in range(count):
        story.rounds(1, alive)
        found += [known[address] for address in story.hearing.fallen]
    return found


def test_who_falls_silent_while_others_answer_is_suspected_and_then_told_once():
    story = connected(*ALL)
    assert not falls(story, SUSPICION, [FIRST, SECOND])
    story.rounds(1, [FIRST, SECOND])
    assert story.hearing.suspected == {PEER.address}
    assert falls(story, 100, [FIRST, SECOND]) == [PEER]
    assert (DOUBT + 1) * ROUND <= 0.16
    assert PEER.address in story.hearing.silent(story.now)


def test_who_is_heard_again_may_fall_silent_again():
    story = connected(*ALL)
    assert falls(story, 10, [FIRST, SECOND]) == [PEER]
    assert not falls(story, 10, ALL)
    assert PEER.address not in story.hearing.silent(story.now)
    assert falls(story, 10, [FIRST, SECOND]) == [PEER]


def test_nobody_is_told_to_be_silent_by_one_who_hears_nobody():
    story = connected(*ALL)
    assert not falls(story, 100)
    assert not falls(connected(PEER), 100)


def test_nobody_is_told_to_be_silent_by_a_busy_agent():
    story = connected(*ALL)
    for _ in range(20):
        story.now += 0.3
        assert not falls(story, 1, [FIRST, SECOND])


def test_a_round_in_which_nobody_answers_says_nothing_of_anybody():
    story = connected(*ALL)
    for _ in range(20):
        assert not falls(story, SUSPICION, [FIRST, SECOND])
        assert not falls(story, 1)
        story.rounds(1, [FIRST, SECOND])
        assert not falls(story, 1, ALL)


def test_who_does_not_answer_is_asked_with_emphasis_before_it_is_told():
    story = connected(*ALL)
    story.rounds(1, [FIRST, SECOND])
    asked = story.hearing.round(story.now + ROUND)
    assert asked.count(PEER.address) == EMPHASIS
    assert asked.count(FIRST.address) == 1


def test_all_that_it_may_have_to_replace_are_asked_in_every_round():
    others = [NodeAddress(f"n{n}", ip_address(f"10.0.1.{n}"), routes=True) for n in range(1, 31)]
    peers = [node.address for node in others[::3]]
    story = Story(*others)
    story.hearing.know(others, peers)
    story.rounds(200, others)
    assert set(peers) <= set(story.hearing.round(story.now + ROUND))
