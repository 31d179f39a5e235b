"""The zones of the tests: one domain a case, right and wrong in every way."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from diagnostics.domain_checks.subject import Subject
from tests.services.dns import (
    FIRST,
    PARENT,
    RESOLVER,
    SCRIPTED,
    SECOND,
    free_dns_port,
    nsd,
    sign,
    start_of,
    unbound,
)

TOKEN = "cleanmail-verify=0123456789abcdef0123456789abcdef"
# Served by a script of ours, each wrong in its own way.
HOSTILE = (
    "slow.example",
    "cut.example",
    "forged.example",
    "garbage.example",
    "sideways.example",
    "upward.example",
    "recursive.example",
    "denying.example",
)
# More name servers than are asked.
CROWD = [f"n{number:02}" for number in range(15)]
EXCHANGERS = ("mx1.cleanmail.example", "mx2.cleanmail.example")
NAMES = "@ NS ns1.dns.example.\n@ NS ns2.dns.example.\n"
CONTROL = f'_cleanmail TXT "{TOKEN}"\n'
OUR_MX = "@ MX 10 mx1.cleanmail.example.\n@ MX 20 mx2.cleanmail.example.\n"
OUR_SPF = '@ TXT "v=spf1 include:_spf.cleanmail.example -all"\n'
OUR_DMARC = '_dmarc TXT "v=DMARC1; p=reject; rua=mailto:d@right.example"\n'


HOSTS = f"""\
ns.dns A {PARENT}
ns1.dns A {FIRST}
ns2.dns A {SECOND}
dead.dns A 127.0.1.7
odd.dns A {SCRIPTED}
inner.dns A 10.0.0.1
loop.dns A 127.0.0.1
mx1.cleanmail A 192.0.2.1
mx2.cleanmail A 192.0.2.2
mail.foreign A 198.51.100.1
_spf.cleanmail TXT "v=spf1 ip4:192.0.2.0/24 -all"
_spf.nested TXT "v=spf1 include:_spf.cleanmail.example ?all"
_spf.ring TXT "v=spf1 include:_spf.ring.example ~all"
_spf.many TXT "v=spf1 a mx a:a.example a:b.example mx:d.example exists:e.example -all"
"""
HOSTS += "".join(f"{label}.dns A {FIRST}\n" for label in CROWD)


def key_record(bits: int) -> str:
    """Return the TXT record of an RSA key, in strings as DNS wants them."""
    key = rsa.generate_private_key(65537, bits).public_key()
    raw = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    text = f"v=DKIM1; k=rsa; p={base64.b64encode(raw).decode()}"
    return " ".join(f'"{text[at : at + 200]}"' for at in range(0, len(text), 200))


def zone(name: str, *lines: str, serial: int = 1) -> str:
    """Return a zone file with both name servers."""
    return start_of(name, serial=serial) + NAMES + "".join(lines)


def right(name: str) -> str:
    """Return a zone in which all is as it should be."""
    dkim = f"selector1._domainkey TXT {key_record(2048)}\n"
    return zone(name, CONTROL, OUR_MX, OUR_SPF, OUR_DMARC, dkim)


@dataclass
class Zones:
    """What each server has, and what the zone above says of it."""

    first: dict[str, str]
    second: dict[str, str]
    # Delegations that are not to both of our servers.
    delegations: dict[str, str]
    anchors: list[str]
    unknown: list[str]

    def parent(self) -> str:
        """Return the zone above all others."""
        lines = [start_of("example"), "@ NS ns.dns.example.\n"]
        lines.append(HOSTS)
        for name in sorted({*self.first, *self.second, *self.unknown}):
            to = self.delegations.get(name, "ns1.dns ns2.dns")
            label = name.removesuffix(".example")
            lines += [f"{label} NS {server}\n" for server in to.split()]
        lines += [f"{anchor}\n" for anchor in self.anchors]
        return "".join(lines)

    def stubs(self) -> dict[str, list[str]]:
        """Return which server has which zone, for the resolver."""
        found: dict[str, list[str]] = {"example": [PARENT]}
        for name in self.first:
            found[name] = [FIRST]
        for name in self.second:
            found.setdefault(name, []).append(SECOND)
        for name in self.unknown:
            found[name] = ["127.0.1.7"]
        return found


def make_zones() -> Zones:
    """Return all cases; most are the same on both servers."""
    both = {
        "right.example": right("right.example"),
        "missing.example": zone("missing.example"),
        "wrong.example": zone(
            "wrong.example",
            '_cleanmail TXT "cleanmail-verify=ffff"\n',
            "@ MX 10 mail.foreign.example.\n",
            '@ TXT "v=spf1 mx +all"\n',
            '_dmarc TXT "v=DMARC1; p=perhaps"\n',
            f"selector1._domainkey TXT {key_record(1024)}\n",
        ),
        "spf-two.example": zone(
            "spf-two.example", '@ TXT "v=spf1 -all"\n', '@ TXT "v=spf1 mx -all"\n'
        ),
        "spf-lacks.example": zone(
            "spf-lacks.example",
            '@ TXT "v=spf1 ip4:192.0.2.7 ~all"\n',
            '_dmarc TXT "v=DMARC1; p=none"\n',
            "@ MX 10 mx1.cleanmail.example.\n",
        ),
        "spf-nested.example": zone(
            "spf-nested.example", '@ TXT "v=spf1 include:_spf.nested.example -all"\n'
        ),
        "spf-ring.example": zone(
            "spf-ring.example", '@ TXT "v=spf1 include:_spf.ring.example -all"\n'
        ),
        "spf-many.example": zone(
            "spf-many.example",
            '@ TXT "v=spf1 include:_spf.many.example include:_spf.cleanmail.example '
            'a mx ptr -all"\n',
        ),
        "spf-syntax.example": zone(
            "spf-syntax.example", '@ TXT "v=spf1 ip4:999.1.1.1 inclode:x.example"\n'
        ),
        "mx-null.example": zone("mx-null.example", "@ MX 0 .\n"),
        "mx-first.example": zone(
            "mx-first.example", OUR_MX, "@ MX 5 mail.foreign.example.\n"
        ),
        "mx-extra.example": zone(
            "mx-extra.example", OUR_MX, "@ MX 90 mail.foreign.example.\n"
        ),
        "mx-alias.example": zone(
            "mx-alias.example",
            "@ MX 10 mail\n",
            "mail CNAME mx1.cleanmail.example.\n",
        ),
        "mx-own.example": zone(
            "mx-own.example", "@ MX 10 mail\n", "mail A 192.0.2.1\n"
        ),
        "alias.example": zone(
            "alias.example",
            "_cleanmail CNAME token.right.example.\n",
            "_dmarc CNAME _dmarc.alias.example.\n",
            "selector1._domainkey CNAME a.alias.example.\n",
            "a CNAME b.alias.example.\nb CNAME a.alias.example.\n",
        ),
        "huge.example": zone(
            "huge.example",
            CONTROL,
            *(f'_cleanmail TXT "{number} {"x" * 240}"\n' for number in range(60)),
            "@ TXT " + " ".join(f'"{"y" * 250}"' for _ in range(30)) + "\n",
        ),
        "crowd.example": start_of("crowd.example")
        + "".join(f"@ NS {label}.dns.example.\n" for label in CROWD),
        "lame.example": zone("lame.example", CONTROL),
        "half.example": zone("half.example", CONTROL, serial=2),
        "inner.example": zone("inner.example", CONTROL),
        "parts.example": zone("parts.example"),
        "revoked.example": zone(
            "revoked.example", 'selector1._domainkey TXT "v=DKIM1; p="\n'
        ),
    }
    second = {name: text for name, text in both.items() if name != "lame.example"}
    second["half.example"] = zone("half.example", serial=1)
    zones = Zones(
        first=both,
        second=second,
        delegations={
            "inner.example": "ns1.dns inner.dns loop.dns",
            "dead.example": "dead.dns",
            "parts.example": "ns1.dns dead.dns nowhere.dns",
            "crowd.example": " ".join(f"{label}.dns" for label in CROWD),
            **dict.fromkeys(HOSTILE, "odd.dns"),
        },
        anchors=[],
        unknown=["dead.example", *HOSTILE],
    )
    for name in ("signed.example", "broken.example"):
        text, anchor = sign(name, zone(name, CONTROL, OUR_MX))
        zones.first[name] = zones.second[name] = text
        zones.anchors.append(anchor)
    for place in (zones.first, zones.second):
        # The start of the zone changes and its signature does not.
        place["broken.example"] = re.sub(
            r"(\sSOA\s.*?root\.dns\.example\. )1 ", r"\g<1>7 ", place["broken.example"]
        )
    return zones


@contextmanager
def running_zones() -> Iterator[Subject]:
    """Run the servers; yield how to ask them, for any domain of theirs."""
    zones, port = make_zones(), free_dns_port()
    with ExitStack() as stack:
        stack.enter_context(nsd(PARENT, port, {"example": zones.parent()}))
        stack.enter_context(nsd(FIRST, port, zones.first))
        stack.enter_context(nsd(SECOND, port, zones.second))
        stack.enter_context(unbound(port, zones.stubs(), zones.anchors))
        yield Subject(
            domain="",
            control_value=TOKEN,
            mail_exchangers=EXCHANGERS,
            spf_include="_spf.cleanmail.example",
            dkim_selectors=("selector1", "default"),
            resolvers=(RESOLVER,),
            port=port,
            allows=lambda address: address.startswith("127.0.1."),
            # Beside other load even loopback may be late.
            query_seconds=5.0,
            total_seconds=40.0,
        )


def about(subject: Subject, domain: str, **changes: object) -> Subject:
    """Return the subject for one of the domains."""
    name = f"_cleanmail.{domain}"
    return replace(subject, domain=domain, control_name=name, **changes)
