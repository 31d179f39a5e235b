"""ip, ifconfig, route and netstat, on Linux old and new and on macOS."""

import ipaddress
import re
from typing import List, Tuple

from diagnostics.checks.machine import Interface, Machine, network_of, with_prefix
from diagnostics.pasted.text import LIST_LIMIT, first_address

_CARD = re.compile(
    r"(?:\d{1,5}: )?([\w.@-]{1,40}?)(?:@\w{1,40})?: (?:flags=\w{1,9})?<(.{0,200}?)>"
)
_OLD_CARD = re.compile(r"([\w.:-]{1,40}) {2,9}(?:Link|Lien|Protokoll|Collegamento)")
_BRIEF = re.compile(r"([\w.-]{1,40})(?:@\w{1,40})? {1,20}(UP|DOWN|UNKNOWN) ")
_INET = re.compile(r"inet6? ")
_MASK = re.compile(
    r"(?:netmask |M(?:as[kq]|asch)\w{0,5}:)(0x[0-9a-fA-F]{8}|[\d.]{7,15})"
)
_PREFIX = re.compile(r"/(\d{1,3})(?!\S)|prefixlen (\d{1,3})")
_VIA = re.compile(r"default via (\S{2,45})")
_DEFAULT = re.compile(r"default dev \S")
_LINK = re.compile(r"([\da-f.:]{2,45}/\d{1,3}) dev \S{1,40} .{0,40}scope link")
# Old ifconfig: "inet addr:", "inet Adresse:", "inet adr:", "indirizzo inet:".
_LABEL = re.compile(r"\b(?:addr|adr|Adresse|inet6?):")
_NETWORK = re.compile(r"\d{1,3}(?:\.\d{1,3}){0,3}(?:/\d+)?\Z")
_LOOPBACK = ("lo", "lo0")


class _Seen:
    """What is known while the lines are read."""

    def __init__(self) -> None:
        self.cards: List[Interface] = []
        self.networks: List[str] = []
        self.gateways: List[str] = []
        self.links: List[str] = []


def _outward(cards: List[Interface]) -> Tuple[Interface, ...]:
    found = [card for card in cards if card.name not in _LOOPBACK]
    return tuple(found[:LIST_LIMIT])


def _add(cards: List[Interface], networks: List[str], address: str, mask: str) -> None:
    card = cards[-1]
    if len(card.addresses) >= LIST_LIMIT:
        return
    whole = with_prefix(address, mask) if mask else address
    cards[-1] = card._replace(addresses=(*card.addresses, whole))
    if mask and ":" not in address and card.name not in _LOOPBACK:
        networks.append(network_of(address, mask))


def _up(flags: str) -> bool:
    said = set(flags.split(","))
    return "UP" in said and bool(said & {"LOWER_UP", "RUNNING"})


def read_ip(lines: List[str]) -> Machine:
    """Return what `ip addr` and `ip route` tell, in whatever order."""
    seen = _Seen()
    for line in lines:
        if not _read_card(seen, line.strip()):
            _read_route(seen, line.strip())
    four = [one for one in seen.gateways if one and ":" not in one]
    local = {one for one in seen.networks + seen.links if ":" not in one}
    return Machine(
        system="linux",
        interfaces=_outward(seen.cards),
        gateways=tuple(four[:LIST_LIMIT]),
        gateways6=tuple(one for one in seen.gateways if ":" in one)[:LIST_LIMIT],
        on_link=tuple(sorted(local))[:LIST_LIMIT],
        routes=len(four) + len(seen.links),
    )


def _read_card(seen: _Seen, line: str) -> bool:
    card, brief = _CARD.match(line), _BRIEF.match(line)
    if card:
        seen.cards.append(Interface(card.group(1), (), _up(card.group(2))))
    elif brief:
        seen.cards.append(Interface(brief.group(1), (), brief.group(2) != "DOWN"))
        for word in line.split()[2:]:
            _add(seen.cards, seen.networks, *_split(word))
    elif _INET.match(line) and seen.cards:
        _add(seen.cards, seen.networks, *_split(line.split()[1]))
    else:
        return False
    return True


def _read_route(seen: _Seen, line: str) -> None:
    via, link = _VIA.match(line), _LINK.match(line)
    if via:
        seen.gateways.append(first_address(via.group(1)))
    elif _DEFAULT.match(line):
        seen.gateways.append("0.0.0.0")  # noqa: S104 - a line without a gateway
    elif link:
        seen.links.append(link.group(1))


def _split(word: str) -> Tuple[str, str]:
    address, _, prefix = word.partition("/")
    return first_address(address) or address[:45], prefix if prefix.isdigit() else ""


def read_ifconfig(lines: List[str]) -> Machine:
    """Return the cards of ifconfig."""
    cards: List[Interface] = []
    networks: List[str] = []
    for line in lines:
        text, card = line.strip(), _CARD.match(line)
        old = _OLD_CARD.match(line)
        if card:
            cards.append(Interface(card.group(1), (), _up(card.group(2))))
        elif old:
            cards.append(Interface(old.group(1), (), is_up=False))
        elif cards and text.startswith("UP ") and " RUNNING " in text:
            cards[-1] = cards[-1]._replace(is_up=True)
        elif cards and text == "status: inactive":
            cards[-1] = cards[-1]._replace(is_up=False)
        elif cards and re.match(r"(?:indirizzo )?inet6?\b", text):
            address = first_address(_LABEL.sub(" ", text))
            if address:
                _add(cards, networks, address, _mask_of(text))
    found = tuple(card for card in _outward(cards) if card.addresses)
    found = found or _outward(cards)
    return Machine("", interfaces=found, on_link=tuple(networks[:LIST_LIMIT]))


def _mask_of(text: str) -> str:
    mask, prefix = _MASK.search(text), _PREFIX.search(text)
    if mask and mask.group(1).startswith("0x"):
        return str(ipaddress.ip_address(int(mask.group(1), 16)))
    if mask:
        return mask.group(1)
    return (prefix.group(1) or prefix.group(2)) if prefix else ""


def read_routes(lines: List[str]) -> Machine:
    """Return the IPv4 routes of `route -n` and `netstat -rn`, Linux or macOS."""
    gateways: List[str] = []
    networks: List[str] = []
    count = 0
    for words in (line.split() for line in lines):
        if len(words) < 4 or words[-1] in _LOOPBACK or "!" in "".join(words[1:4]):
            continue
        is_default = words[0] in ("default", "0.0.0.0")  # noqa: S104
        if not is_default and not _NETWORK.match(words[0]):
            continue
        count += 1
        gateway = first_address(words[1])
        if is_default and gateway and ":" not in gateway:
            gateways.append(gateway)
        elif gateway == "0.0.0.0" and first_address(words[2]):  # noqa: S104
            networks.append(network_of(words[0], words[2]))
    return Machine(
        "",
        gateways=tuple(gateways[:LIST_LIMIT]),
        on_link=tuple(networks[:LIST_LIMIT]),
        routes=count,
    )
