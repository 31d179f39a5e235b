"""Error text met in the wild: bounces and logs of many programs, labelled by another.

The labels are Sisimai's opinion. Counted is what stands in the line: a code that the
labeller knew from elsewhere in the bounce cannot be read there.
"""

from __future__ import annotations

import json
import tarfile
from collections import Counter

import pytest

from diagnostics.error_text import as_evidence, explain
from tests.conftest import CORPORA, FIGURE
from tests.services.corpus import sample

CORPUS = CORPORA / "smtp-errors"
SAMPLE_SIZE = 80
pytestmark = pytest.mark.skipif(
    not CORPUS.exists(), reason="no ../shared/corpora/smtp-errors beside the checkout"
)

DOWN = {"downstream-reject"}
NAMES = {"wrong-server-typo", "mx-lookup-instead-of-host", "dns-server-dead"}
UNREACHED = {
    "egress-firewall-all", "port25-blocked-drop", "port25-blocked-rst", "scanner-down",
    "port25-blocked-icmp", "firewall-rst-banner", "not-using-scanner", "ipv6-broken",
}  # fmt: skip
# Which first causes are right for a label; for all others the recipient's side said no.
RIGHT = {
    "badreputation": DOWN | {"dnsbl-listed", "recipient-limit"},
    "blocked": DOWN | {
        "dnsbl-listed", "ptr-missing", "isp-policy-554", "rate-limited-421",
        "helo-invalid",
    },
    "exceedlimit": {"message-too-big"},
    "expired": DOWN | UNREACHED,
    "hostunknown": DOWN | NAMES,
    "mesgtoobig": {"message-too-big"},
    "networkerror": DOWN | NAMES | UNREACHED,
    "norelaying": {"auth-not-enabled"},
    "notaccept": DOWN | NAMES,
    "rejected": DOWN | {"sender-not-allowed"},
    "requireptr": {"ptr-missing", "ptr-mismatch"},
    "securityerror": DOWN | {"auth-not-enabled"},
    "speeding": DOWN | {"recipient-limit"},
    "systemerror": DOWN | {"resource-exhausted-local"},
    "systemfull": {"scanner-disk-full"},
    "toomanyconn": {"rate-limited-421", "recipient-limit"},
}  # fmt: skip


def labelled() -> list[dict]:
    text = (CORPUS / "sisimai-lines.jsonl").read_text()
    return [json.loads(line) for line in text.splitlines()]


def test_labelled_lines_are_read(record_property):
    count: Counter[str] = Counter()
    for label in labelled():
        found = explain(label["line"])
        count["lines"] += 1
        if label["replycode"] and label["replycode"] in label["line"]:
            count["reply codes"] += 1
            count["reply codes read"] += str(found.reply_code) == label["replycode"]
        if label["status"] and label["status"] in label["line"]:
            count["enhanced codes"] += 1
            count["enhanced codes read"] += found.enhanced_status == label["status"]
        right = RIGHT.get(label["reason"], DOWN)
        count["first cause right"] += bool(found.causes) and found.causes[0] in right
        count["no cause named"] += not found.causes
    record_property(FIGURE, dict(count))

    assert count["lines"] == 533
    assert count["reply codes read"] >= 0.97 * count["reply codes"]
    assert count["enhanced codes read"] >= 0.97 * count["enhanced codes"]
    assert count["first cause right"] >= 0.88 * count["lines"]


def test_no_single_cause_is_sure_of_a_label_that_says_otherwise():
    wrong = [
        label["line"]
        for label in labelled()
        for found in [explain(label["line"])]
        if len(found.causes) == 1
        and found.causes[0] not in RIGHT.get(label["reason"], DOWN) | DOWN
    ]

    assert len(wrong) <= 0.02 * 533, wrong


def read_files() -> dict[str, str]:
    found = {}
    for archive in sorted(CORPUS.glob("*.tar.gz")):
        with tarfile.open(archive) as files:
            for member in files:
                content = files.extractfile(member) if member.isfile() else None
                if content is not None:
                    found[member.name] = content.read().decode("utf-8", "replace")
    return found


def read_labels() -> dict[str, set[str]]:
    """Return the reply codes that a bounce has, by file."""
    codes: dict[str, set[str]] = {}
    for line in (CORPUS / "sisimai-labels.jsonl").read_text().splitlines():
        label = json.loads(line)
        codes.setdefault(label["file"], set()).add(label["replycode"])
    return {name: found - {""} for name, found in codes.items() if found - {""}}


def count_files(names: list[str], files: dict[str, str]) -> Counter[str]:
    count: Counter[str] = Counter(files=len(names))
    codes = read_labels()
    for name in names:
        [item] = as_evidence(files[name])
        count["explained"] += bool(item.facts["causes"])
        if name in codes:
            count["with a reply code"] += 1
            count["reply code read"] += str(item.facts["reply_code"]) in codes[name]
    return count


def test_whole_bounces_and_logs_are_read(record_property):
    files = read_files()

    count = count_files(sample(list(files), SAMPLE_SIZE), files)

    record_property(FIGURE, dict(count))
    assert count["files"] == SAMPLE_SIZE
    assert count["reply code read"] >= 0.88 * count["with a reply code"]


@pytest.mark.full
def test_every_bounce_and_log_is_read(record_property):
    files = read_files()

    count = count_files(sorted(files), files)

    record_property(FIGURE, dict(count))
    assert count["files"] >= 700
    assert count["reply code read"] >= 0.9 * count["with a reply code"]
