"""The commands for whoever looks by hand, for each system, ready to be copied."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable
from dataclasses import dataclass

from django.utils.translation import gettext as _

# What needs no quotes in any shell, and is no option.
_PLAIN = re.compile(r"[A-Za-z0-9\[][A-Za-z0-9.:\[\]-]*\Z")


@dataclass(frozen=True, slots=True)
class System:
    """One operating system's shell and what to type into it."""

    key: str
    label: str
    hint: str
    commands: tuple[str, ...]


def make_systems(host: str, ports: tuple[int, ...]) -> tuple[System, ...]:
    """Return each system with its commands; none for a host that cmd cannot quote."""
    made = (_powershell(host, ports), _linux(host, ports), _macos(host, ports))
    if not _PLAIN.match(host):
        return made
    return made[0], _cmd(host, ports), *made[1:]


def _quoted(host: str, quote: Callable[[str], str]) -> str:
    return host if _PLAIN.match(host) else quote(host)


def _powershell_quote(text: str) -> str:
    # A name that begins like an option is none of ours; curly quotes count as quotes.
    doubled = re.sub("(['\u2018\u2019\u201a\u201b])", r"\1\1", text)
    return f"'{doubled}'"


def _powershell(host: str, ports: tuple[int, ...]) -> System:
    name = _quoted(host, _powershell_quote)
    return System(
        "powershell",
        _("Windows, PowerShell"),
        _("Startmenü, «PowerShell» eingeben und öffnen."),
        (
            *(f"Test-NetConnection {name} -Port {port}" for port in ports),
            f"nslookup {name}",
            "ipconfig /all",
            "route print -4",
            f"tracert -d {name}",
        ),
    )


def _cmd(host: str, ports: tuple[int, ...]) -> System:
    return System(
        "cmd",
        _("Windows, Eingabeaufforderung"),
        _(
            "Startmenü, «cmd» eingeben und öffnen. Bleibt es nach telnet leer, kam "
            "keine Begrüssung: schliessen Sie dann das Fenster."
        ),
        (
            f"nslookup {host}",
            "ipconfig /all",
            "route print -4",
            f"tracert -d {host}",
            *(f"telnet {host} {port}" for port in ports),
        ),
    )


def _openssl(name: str, port: int) -> str:
    return (
        f"openssl s_client -starttls smtp -connect {name}:{port} -servername {name} "
        "-crlf </dev/null"
    )


def _linux(host: str, ports: tuple[int, ...]) -> System:
    name = _quoted(host, shlex.quote)
    return System(
        "linux",
        _("Linux"),
        _("In einem Terminal auf dem Mailserver. Was fehlt, lassen Sie aus."),
        (
            f"nslookup {name}",
            "ip addr; ip route",
            f"traceroute -n {name}",
            *(_openssl(name, port) for port in ports),
            *(f"telnet {name} {port}" for port in ports),
        ),
    )


def _macos(host: str, ports: tuple[int, ...]) -> System:
    name = _quoted(host, shlex.quote)
    return System(
        "macos",
        _("macOS"),
        _("Programme, Dienstprogramme, Terminal."),
        (
            *(f"nc -vz -G 10 {name} {port}" for port in ports),
            f"nslookup {name}",
            "ifconfig; netstat -rn -f inet",
            f"traceroute -n {name}",
            *(_openssl(name, port) for port in ports),
        ),
    )
