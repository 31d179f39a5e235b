"""Faults of lines, routes, firewalls and names."""

from __future__ import annotations

from tests.lab.fault import NOWHERE4, ON_25, Fault, both
from tests.lab.servers import HOST
from tests.lab.topology import CUSTOMER_PUBLIC4, INBOUND4, SCANNER4, SCANNER6

BOTH_FAMILIES = {HOST: {"A": [SCANNER4], "AAAA": [SCANNER6]}}

NETWORK = (
    Fault(
        "link-down",
        "the customer's network interface is down",
        lambda lab: lab.break_customer("link set eth0 down"),
    ),
    Fault(
        "no-default-route",
        "the customer's machine has no default route",
        lambda lab: lab.break_customer("route del default"),
    ),
    Fault(
        "gateway-wrong",
        "the default route leads to an address that nobody has",
        lambda lab: lab.break_customer("route replace default via 192.168.10.99"),
    ),
    Fault(
        "netmask-wrong",
        "the netmask makes half of the world local",
        lambda lab: lab.break_customer("addr add 192.168.10.2/1 dev eth0"),
    ),
    Fault(
        "no-internet",
        "the router has lost its line",
        lambda lab: lab.break_router("link set wan down"),
    ),
    Fault(
        "ipv6-broken",
        "the scanner has an IPv6 address, the provider drops IPv6",
        both(
            lambda lab: lab.set_zone(records=BOTH_FAMILIES),
            lambda lab: lab.set_filter(
                "provider", "forward", "meta nfproto ipv6 drop;"
            ),
        ),
    ),
    Fault(
        "ipv6-only-blocked",
        "the scanner has an IPv6 address, the provider refuses IPv6",
        both(
            lambda lab: lab.set_zone(records=BOTH_FAMILIES),
            lambda lab: lab.set_filter(
                "provider",
                "forward",
                "meta nfproto ipv6 meta l4proto tcp reject with tcp reset;",
            ),
        ),
    ),
    Fault(
        "port25-blocked-drop",
        "the provider drops port 25; the customer uses 25",
        lambda lab: lab.set_filter("provider", "forward", "tcp dport 25 drop;"),
        ON_25,
    ),
    Fault(
        "port25-blocked-rst",
        "the provider refuses port 25 by RST; the customer uses 25",
        lambda lab: lab.set_filter(
            "provider", "forward", "tcp dport 25 reject with tcp reset;"
        ),
        ON_25,
    ),
    Fault(
        "port25-blocked-icmp",
        "the provider refuses port 25 by ICMP; the customer uses 25",
        lambda lab: lab.set_filter(
            "provider",
            "forward",
            "tcp dport 25 reject with icmpx type admin-prohibited;",
        ),
        ON_25,
    ),
    Fault(
        "egress-firewall-all",
        "the router drops every mail port",
        lambda lab: lab.set_filter(
            "router", "forward", "tcp dport { 25, 465, 587, 2525 } drop;"
        ),
    ),
    Fault(
        "host-firewall-out",
        "the machine's own firewall rejects the mail ports",
        lambda lab: lab.set_filter(
            "customer",
            "output",
            'oifname "eth0" tcp dport { 25, 465, 587, 2525 } reject;',
        ),
    ),
    Fault(
        "portal-ip-filtered",
        "the scanner drops what comes from the customer's address",
        lambda lab: lab.set_filter(
            "scanner", "input", f"ip saddr {CUSTOMER_PUBLIC4} drop;"
        ),
    ),
    Fault(
        "mtu-blackhole",
        "packets over 1,200 bytes vanish without a word",
        lambda lab: lab.set_link(max=1200),
    ),
    Fault(
        "conn-limit-nat",
        "the router lets one new connection a minute through",
        lambda lab: lab.set_filter(
            "router",
            "forward",
            "tcp dport { 25, 587 } ct state new"
            " limit rate over 1/minute burst 1 packets drop;",
        ),
    ),
    Fault(
        "nat-session-short",
        "the router drops a connection after some kilobytes",
        lambda lab: lab.set_filter(
            "router", "forward", "tcp dport { 25, 587 } ct original bytes > 9000 drop;"
        ),
    ),
    Fault(
        "slow-uplink", "the line carries 16 kbit/s", lambda lab: lab.set_link(rate=16)
    ),
    Fault("packet-loss", "15 % of packets are lost", lambda lab: lab.set_link(loss=15)),
    Fault("high-latency", "600 ms one way", lambda lab: lab.set_link(delay=600)),
)
NAMES = (
    Fault(
        "dns-server-dead",
        "the name server does not answer",
        lambda lab: lab.set_zone("drop"),
    ),
    Fault(
        "dns-server-wrong",
        "the machine asks an address where no name server is",
        lambda lab: lab.set_resolver("192.168.10.77"),
    ),
    Fault(
        "dns-nxdomain",
        "the name server denies the scanner's name",
        lambda lab: lab.set_zone("nxdomain", only=HOST),
    ),
    Fault(
        "dns-servfail",
        "the name server fails for the scanner's name",
        lambda lab: lab.set_zone("servfail", only=HOST),
    ),
    Fault(
        "dns-refused",
        "the name server refuses to answer",
        lambda lab: lab.set_zone("refused"),
    ),
    Fault(
        "dns-hijack",
        "the name server gives a foreign address",
        lambda lab: lab.set_zone("hijack", only=HOST, hijack=INBOUND4),
    ),
    Fault(
        "dns-aaaa-timeout",
        "the name server is silent on AAAA",
        lambda lab: lab.set_zone("drop", only=HOST, types=["AAAA"]),
    ),
    Fault(
        "dns-slow",
        "the name server takes 1.5 s",
        lambda lab: lab.set_zone("slow", only=HOST, slow_ms=1500),
    ),
    Fault(
        "hosts-file-stale",
        "the hosts file names an address that nobody has",
        lambda lab: lab.set_hosts(f"{NOWHERE4} {HOST}"),
    ),
)
