"""The benchmarks' own machinery: what is compared, what is written, what fails."""

from __future__ import annotations

import os
import subprocess
import sys

from bench import check, corpus
from bench.check import compare
from bench.measuring import Measured, alternate, time_units, tree_cpu_seconds
from bench.result import Result

CONTRACT = {
    "name", "commit", "rounds", "unit", "higher_is_better", "ours", "peers", "ratios",
    "targets", "met", "machine",
}  # fmt: skip
BASELINE = {"demo": {"cpu_us_per_unit": 100.0, "size": "10 rows"}}


def result(ours: float, peer: float, **fields: object) -> Result:
    return Result(
        name="demo",
        unit="messages/s",
        measured={
            "ours": [Measured(ours, 100), Measured(ours * 3, 300)],
            "peer": [Measured(peer, 400), Measured(peer * 3, 400)],
        },
        targets={"peer": 2.0},
        size="10 rows",
        **fields,
    )


def test_json_is_what_the_contract_says():
    told = result(30, 10).as_json()

    assert set(told) >= CONTRACT
    assert told["ours"] == {
        "median": 60, "min": 30, "max": 90, "cpu_us_per_unit": 200.0
    }  # fmt: skip
    assert told["rounds"] == 2
    assert told["ratios"] == {"peer": 3.0}
    assert told["met"] is True


def test_a_missed_target_is_not_met():
    assert not result(15, 10).is_met


def test_where_less_is_better_the_ratio_turns_round():
    assert result(10, 30, higher_is_better=False).ratios == {"peer": 3.0}


def test_a_peer_that_was_not_measured_decides_nothing():
    alone = Result("demo", "ms", {"ours": [Measured(1, 1)]}, {"peer": 2.0})

    assert alone.ratios == {}
    assert alone.is_met


def test_rounds_alternate(capsys):
    order: list[str] = []

    def subject(name: str):
        return lambda: order.append(name) or Measured(1, 1)

    measured = alternate({"a": subject("a"), "b": subject("b")}, rounds=2)

    assert order == ["a", "b", "a", "b"]
    assert [len(found) for found in measured.values()] == [2, 2]


def test_cpu_of_children_counts():
    busy = "import time\nwhile time.process_time() < 0.3: pass"
    before = tree_cpu_seconds(os.getpid())

    subprocess.run([sys.executable, "-c", busy], check=True)

    assert tree_cpu_seconds(os.getpid()) - before > 0.15
    assert time_units(lambda: sum(range(100_000)), 10).cpu_us > 0


def test_more_cpu_than_a_fifth_fails_the_check():
    def grown(cpu: float, size: str = "10 rows") -> list[bool]:
        told = {"name": "demo", "size": size, "ours": {"cpu_us_per_unit": cpu}}
        return [holds for _said, holds in compare(BASELINE, [told])]

    assert grown(119) == [True]
    assert grown(121) == [False]
    assert grown(500, size="20 rows") == []


def test_recorded_results_are_the_new_baseline(tmp_path, monkeypatch):
    monkeypatch.setattr(check, "BASELINE", tmp_path / "baseline.json")

    check.record([result(30, 10).as_json()])

    known = check.read(check.BASELINE)
    assert known["demo"]["cpu_us_per_unit"] == 200.0
    assert compare(known, [result(30, 10).as_json()])[0][1]


def test_the_corpus_is_the_same_for_a_seed_and_travels_by_wire():
    contents = corpus.make(40, seed=1)

    assert contents == corpus.make(40, seed=1)
    assert contents != corpus.make(40, seed=2)
    assert all(content.endswith(b"\r\n") for content in contents)
    for content in contents:
        wire = corpus.stuffed(content)
        assert wire.endswith(b"\r\n.\r\n")
        assert wire.find(b"\r\n.\r\n") == len(wire) - 5
        assert wire[:-3].replace(b"\r\n..", b"\r\n.") == content
