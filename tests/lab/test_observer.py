"""How a probe's causes are held against the fault, without a lab."""

from __future__ import annotations

from tests.lab.fault import Fault, nothing
from tests.lab.faults import FAULTS, sample
from tests.lab.matrix import Row
from tests.lab.observer import Named, Observation, Result, Verdicts
from tests.lab.page import document, keep, summary


def seen(*causes: tuple[str, float]) -> Observation:
    return Observation(tuple(Named(*cause) for cause in causes), 1.0)


def test_first_alone_is_first():
    assert (
        seen(("wrong-port", 0.9), ("other", 0.2)).result("wrong-port") is Result.FIRST
    )


def test_shared_first_place_is_a_group():
    both = seen(("auth-password-wrong", 0.4), ("auth-user-wrong", 0.4))

    assert both.result("auth-user-wrong") is Result.GROUP
    assert both.result("auth-password-wrong") is Result.GROUP


def test_further_down_is_listed():
    assert (
        seen(("other", 0.9), ("wrong-port", 0.2)).result("wrong-port") is Result.LISTED
    )


def test_absent_is_not_named():
    assert seen().result("wrong-port") is Result.NOT_NAMED


def test_a_sure_wrong_first_cause_misleads():
    assert seen(("other", 0.6)).is_misled("wrong-port")
    assert not seen(("other", 0.4)).is_misled("wrong-port")
    assert not seen().is_misled("wrong-port")


def test_the_same_seed_gives_the_same_sample():
    assert sample(4, "a") == sample(4, "a")
    assert len(set(sample(len(FAULTS), "a"))) == len(FAULTS)
    assert sample(6, "a") != sample(6, "b")


def test_the_page_says_what_is_not_named():
    fault = Fault("wrong-port", "the port is another one", nothing)
    wrong, right = seen(("other", 0.9)), seen(("wrong-port", 0.9))
    rows = [Row(fault, Verdicts(right, wrong, wrong, right)).line]

    assert "| not named, **misled** |" in document(rows)
    assert summary(rows).splitlines() == [
        "agent: 1 faults: 1 first, 0 group, 0 listed, 0 not named; 0 misled.",
        "text: 1 faults: 0 first, 0 group, 0 listed, 1 not named; 1 misled.",
        "log: 1 faults: 0 first, 0 group, 0 listed, 1 not named; 1 misled.",
        "together: 1 faults: 1 first, 0 group, 0 listed, 0 not named; 0 misled.",
    ]


def test_parts_of_a_run_are_kept_until_the_page_is_whole(tmp_path):
    verdicts = Verdicts(*[seen(("wrong-port", 0.9))] * 4)
    one, other = (
        Row(Fault(slug, "broken", nothing), verdicts).line for slug in ("one", "other")
    )

    keep(tmp_path / "kept", {"one": one})
    lines = keep(tmp_path / "kept", {"other": other})

    assert lines == {"one": one, "other": other}
