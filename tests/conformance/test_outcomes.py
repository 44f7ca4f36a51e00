"""What is made of the suite's words: an outcome for each test, counts, and the document."""

from __future__ import annotations

from conformance import report, suite
from conformance.suite import Outcome

NAMES = ["api.PortsTest.test_create[id-1]", "api.PortsTest.test_delete[id-2]", "api.TagsTest.test_tags[id-3]"]
PASSED, SKIPPED = (True, False), (False, True)


def test_a_class_that_skips_ends_all_of_its_tests():
    heard = [Outcome("setUpClass (api.PortsTest)", *SKIPPED, "no ports"), Outcome(NAMES[2], *PASSED)]
    assert suite.whole(heard, NAMES) == [
        Outcome(NAMES[0], *SKIPPED, "no ports"),
        Outcome(NAMES[1], *SKIPPED, "no ports"),
        Outcome(NAMES[2], *PASSED),
    ]


def test_a_class_that_fails_to_begin_fails_all_of_its_tests():
    failed = suite.whole([Outcome("setUpClass (api.PortsTest)", False, False, "500")], NAMES[:2])
    assert [outcome.failed for outcome in failed] == [True, True]


def test_a_class_that_fails_to_end_is_a_failure_beside_its_tests():
    heard = [Outcome(NAMES[2], *PASSED), Outcome("tearDownClass (api.TagsTest)", False, False, "409")]
    assert report.counts(suite.whole(heard, NAMES[2:])) == (1, 1, 0, 2)


def test_a_test_that_nothing_was_heard_of_has_failed():
    (outcome,) = suite.whole([], NAMES[:1])
    assert outcome.failed
    assert outcome.why == "it did not end"


def test_the_document_has_counts_and_the_reason_of_each_skip():
    ran = [Outcome(NAMES[0], *PASSED), Outcome(NAMES[2], *SKIPPED, "no tags")]
    text = report.markdown({"sqlite": ran, "postgresql": ran[:1]}, ["tempest 1"])
    assert "| sqlite | 1 | 0 | 1 | 2 |" in text
    assert "| postgresql | 1 | 0 | 0 | 1 |" in text
    assert f"**no tags**\n\n- `{NAMES[2]}`" in text
