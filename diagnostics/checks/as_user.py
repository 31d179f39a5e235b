"""The same port tried as the mail server's own user: firewalls tell programs apart."""

import errno
import os
import select
import signal
import socket
import time
import warnings
from typing import List, NamedTuple, Optional, Tuple

from diagnostics.checks.evidence import (
    FAILED,
    OK,
    SKIPPED,
    Emit,
    Endpoint,
    Evidence,
    Facts,
    Target,
)
from diagnostics.checks.reconnect import connect_again
from diagnostics.checks.wording import errno_name

try:
    import grp
    import pwd
except ImportError:  # Windows has neither
    grp = pwd = None  # type: ignore[assignment]

SECONDS = 3.0
# What a child says when it may not become the other user.
_REFUSED = b"not-allowed"


class Person(NamedTuple):
    """A user of this machine, with the groups that a login would give."""

    name: str
    uid: int
    gid: int
    groups: Tuple[int, ...]


def find_person(name: str) -> Optional[Person]:
    """Return the user; None where there is no such user, or no such thing."""
    if pwd is None or not name:
        return None
    try:
        entry = pwd.getpwnam(name)
    except KeyError:
        return None
    groups = [group.gr_gid for group in grp.getgrall() if name in group.gr_mem]
    own = (entry.pw_gid, *groups)
    return Person(name, entry.pw_uid, entry.pw_gid, own)


def may_become(name: str) -> bool:
    """Say whether this process may act as that user, and is not it already."""
    person = find_person(name)
    return person is not None and not _why_not(person)


def _why_not(person: Person) -> str:
    own = os.geteuid()
    if person.uid == own:
        return "same-user"
    return "" if own == 0 else "not-root"


def check_as_user(
    name: str, endpoints: List[Endpoint], target: Target, emit: Emit
) -> None:
    """Connect as the user to the first endpoint that is open for us."""
    if not name or not target.is_sender:
        return
    person = find_person(name)
    reason = _why_not(person) if person else "no-such-user"
    if reason or person is None or not endpoints:
        facts: Facts = {"user": name, "reason": reason or "nothing-open"}
        emit(Evidence("tcp_as_user", name, SKIPPED, 0.0, facts, []))
        return
    emit(_compare(person, endpoints[0]))


def _compare(person: Person, endpoint: Endpoint) -> Evidence:
    since = time.monotonic()
    said = connect_as(person, endpoint)
    spent = round(time.monotonic() - since, 4)
    facts = endpoint.facts()
    facts.update({"user": person.name, "error": said})
    if said:
        # Whether it is the user, or any further connection at all.
        facts["control_error"] = connect_again(endpoint).facts.get("error", "")
    subject = "{} {}".format(endpoint.subject, person.name)
    status = FAILED if said else OK
    if said == _REFUSED.decode():
        status = SKIPPED
    return Evidence("tcp_as_user", subject, status, spent, facts, [])


def connect_as(person: Person, endpoint: Endpoint) -> str:
    """Return the error of a connection made by a child as this user; empty for none."""
    ear, mouth = os.pipe()
    with warnings.catch_warnings():
        # The child does nothing that other threads could have left locked.
        warnings.simplefilter("ignore")
        pid = os.fork()
    if pid == 0:
        _be(person, endpoint, mouth)
    os.close(mouth)
    try:
        ready = select.select([ear], [], [], SECONDS + 1.0)[0]
        said = os.read(ear, 64) if ready else b"timeout"
    finally:
        os.close(ear)
        _end(pid)
    return said.decode("ascii", "replace").strip(".")


def _be(person: Person, endpoint: Endpoint, mouth: int) -> None:
    """Live as the child: become the user, connect, tell, and be gone."""
    said = _REFUSED
    try:
        os.setgroups(list(person.groups))
        os.setgid(person.gid)
        os.setuid(person.uid)
        said = _connect(endpoint).encode()
    except BaseException:  # noqa: BLE001, S110 - whatever it is, the child ends here
        pass
    finally:
        try:
            os.write(mouth, said + b".")
        finally:
            os._exit(0)


def _connect(endpoint: Endpoint) -> str:
    family = socket.AF_INET6 if endpoint.family == "ipv6" else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_STREAM) as sock:
            sock.settimeout(SECONDS)
            sock.connect((endpoint.address, endpoint.port))
    except socket.timeout:
        return errno_name(errno.ETIMEDOUT)
    except OSError as error:
        return errno_name(error.errno or errno.EIO)
    return ""


def _end(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
    except OSError:
        return
