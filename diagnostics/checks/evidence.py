"""What a check is told and what it reports: plain values, no judgement."""

from typing import Any, Callable, Dict, List, NamedTuple, Optional, Tuple

OK = "ok"
WARNING = "warning"
FAILED = "failed"
SKIPPED = "skipped"

Facts = Dict[str, Any]

# Tried beside whatever port the customer's server is set to.
USUAL_PORTS = (25, 587)
IMPLICIT_TLS_PORT = 465


class Evidence(NamedTuple):
    """One observation; `facts` and `transcript` never hold a secret."""

    check: str
    subject: str
    status: str
    duration_seconds: float
    facts: Facts
    transcript: List[str]


Emit = Callable[[Evidence], None]


def allow_all(_address: str, _port: int) -> bool:
    """Refuse no endpoint: for whoever has the shell."""
    return True


class Target(NamedTuple):
    """What is probed, and what is known about it beforehand.

    `host` is connected to; `configured_host` is what the customer's server is set to
    and is only compared and resolved. `allows` says which address may be connected to.
    `portal_url` is asked for its head, to see the internet and the right time;
    `portal_time` is that time in seconds since 1970 where somebody knows it already.
    `helo` is how the customer's server names itself. As `mta_user` the main checks are
    repeated; only where `read_mta_config` is set are its mail server's settings read.
    """

    host: str
    nonce: str
    configured_host: str = ""
    configured_ports: Tuple[int, ...] = ()
    known_hosts: Tuple[str, ...] = ()
    known_ports: Tuple[int, ...] = USUAL_PORTS
    addresses: Tuple[str, ...] = ()
    pins: Tuple[str, ...] = ()
    cafile: str = ""
    username: str = ""
    password: Optional[str] = None
    allows: Callable[[str, int], bool] = allow_all
    # Whether the machine that runs this is the one that sends the mail.
    is_sender: bool = True
    portal_url: str = ""
    portal_addresses: Tuple[str, ...] = ()
    portal_time: float = 0.0
    helo: str = ""
    mta_user: str = ""
    read_mta_config: bool = False
    connect_seconds: float = 3.5
    reply_seconds: float = 5.0
    total_seconds: float = 15.0

    def ports(self) -> Tuple[int, ...]:
        """Return every port to try, the configured ones first."""
        wanted = self.configured_ports + self.known_ports + USUAL_PORTS
        return tuple(sorted(set(wanted), key=wanted.index))


class Endpoint(NamedTuple):
    """One address and port of the host."""

    host: str
    address: str
    port: int

    @property
    def family(self) -> str:
        """Return ipv4 or ipv6."""
        return "ipv6" if ":" in self.address else "ipv4"

    @property
    def is_implicit(self) -> bool:
        """Say whether TLS comes before the greeting there."""
        return self.port == IMPLICIT_TLS_PORT

    @property
    def subject(self) -> str:
        """Return how evidence names the endpoint."""
        return "{}:{}/{}".format(self.host, self.port, self.family)

    def facts(self) -> Facts:
        """Return what all evidence about the endpoint starts with."""
        return {"address": self.address, "port": self.port, "family": self.family}
