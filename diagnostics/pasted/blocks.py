"""Which lines of a paste belong to which command."""

import re
from typing import Dict, List, NamedTuple, Pattern, Tuple

# What stands in front of a command: cmd, PowerShell, sh as root and as anybody, zsh.
_PROMPT = re.compile(
    r"\s{0,8}(?:PS )?(?:[A-Za-z]:\\[^>]{0,200}>|PS [^>]{1,200}>|\[[^\]]{1,80}\][$#]"
    r"|[\w.-]{1,64}@[\w.-]{1,64}[: ][^$#%>]{0,100}[$#%]|[\w.-]{0,64}[:~][^$#%\s]{0,80}"
    r"[$#%]|[$#%](?= ))\s{0,8}(.{0,500})\Z"
)
_WORD = re.compile(r"(?:sudo\s{1,4})?([A-Za-z][\w-]{1,30})(?:\.exe)?(?=\s|\Z)(.*)\Z")
_ARGUMENT = re.compile(r"\"([^\"]{0,255})\"|'([^']{0,255})'|(\S{1,255})")

# A command's name, small, and the kind of block it makes.
COMMANDS: Dict[str, str] = {
    "telnet": "telnet",
    "test-netconnection": "test-netconnection",
    "tnc": "test-netconnection",
    "nslookup": "nslookup",
    "dig": "dig",
    "ping": "ping",
    "tracert": "traceroute",
    "traceroute": "traceroute",
    "traceroute6": "traceroute",
    "tracepath": "traceroute",
    "mtr": "traceroute",
    "openssl": "openssl",
    "swaks": "swaks",
    "nc": "netcat",
    "ncat": "netcat",
    "netcat": "netcat",
    "ipconfig": "ipconfig",
    "ifconfig": "ifconfig",
    "ip": "ip",
    "route": "route",
    "netstat": "route",
    "scutil": "resolv.conf",
    "cat": "resolv.conf",
}
# Names that also begin lines of output: they count behind a prompt only.
_AMBIGUOUS = {"ip", "route", "ping", "openssl", "cat", "traceroute", "traceroute6"}

# How the output of each begins; umlauts and apostrophes may be any two signs.
_TELNET = (
    r"Trying [\w.:%-]{2,64}\.\.\.|telnet: |220[ -]|[45]\d\d[ -]\S{1,99} .{0,40}SMTP"
    r"|(?:Connecting To|Verbindungsaufbau zu|Connexion .{1,2}|Connessione a) ?"
    r"\S{1,255} ?(?:\.\.\.|in corso)"
)
_POWERSHELL = (
    r"ComputerName {0,20}: |\w{5,20} ?: (?:TCP connect to|Name resolution of) "
)
_NSLOOKUP = (
    r"(?:Server|Serveur|Standardserver|Default Server|Serveur par d.{1,2}faut"
    r"|Server predefinito) {0,4}:|DNS request timed out|\*\*\* |\*\* server "
    r"|;; (?:connection timed out|communications error)"
)
_PING = (
    r"PING \S{1,255} ?[(\[]?|Pinging |Ping wird ausgef|Envoi d.{1,3}une requ.{1,2}te"
    r"|Esecuzione di Ping|Ping request could|Ping-Anforderung|ping: \S"
    r"|La requ.{1,2}te Ping|Impossibile trovare l.{1,3}host"
)
_IPCONFIG = (
    r"Windows[- ]IP[- ](?:Configuration|Konfiguration)|Configuration IP de Windows"
    r"|Configurazione IP di Windows"
    r"|(?:Ethernet|Drahtlos-LAN|Wireless LAN)[- ]?[Aa]dapter "
    r"|Carte (?:Ethernet|r.{1,2}seau sans fil) |Scheda (?:Ethernet|LAN wireless) "
)
_IP = (
    r"\d{1,5}: [\w.@-]{1,40}: <|lo {1,20}UNKNOWN |default (?:via|dev) \S"
    r"|[\d.]{7,15}/\d{1,2} (?:dev|via) "
)
_ROUTE = (
    r"Kernel[- ]IP[- ]|Table de routage IP|Tabella di routing IP|Routing tables"
    r"|={40}|Interface List|Schnittstellenliste|Liste d.{1,3}Interfaces"
    r"|Elenco interfacce"
    r"|Destination {1,40}Gateway "
)
_TRACE = (
    r"traceroute6? to |Tracing route to|Routenverfolgung zu|D.{1,3}termination de l"
    r"|Traccia instradamento|Unable to resolve target|Der Zielname"
    r"|Impossible de r.{1,3}soudre le nom du s|Impossibile risolvere il nome di s"
    r"|HOST: \S{1,255} {1,40}Loss%|1\?: \[LOCALHOST\]"
)
_OPENSSL = r"CONNECTED\(|Connecting to [\da-f.:]{2,45}\Z|depth=\d|connect:errno="
_NETCAT = r"nc: |Ncat: |Connection to \S{1,255} .{0,60}succeeded"
STARTS: Tuple[Tuple[str, Pattern[str]], ...] = (
    ("telnet", re.compile(_TELNET)),
    ("test-netconnection", re.compile(_POWERSHELL)),
    ("nslookup", re.compile(_NSLOOKUP)),
    ("dig", re.compile(r"; <<>> DiG |;; ->>HEADER<<-|;; global options")),
    ("ping", re.compile(_PING)),
    ("ipconfig", re.compile(_IPCONFIG)),
    ("ip", re.compile(_IP)),
    ("ifconfig", re.compile(r"[\w.-]{1,40}: flags=|[\w.:-]{1,40} {2,9}Link encap")),
    ("route", re.compile(_ROUTE)),
    ("resolv.conf", re.compile(r"nameserver(?:\[\d\] :)? \S|DNS configuration\Z")),
    ("traceroute", re.compile(_TRACE)),
    ("openssl", re.compile(_OPENSSL)),
    ("swaks", re.compile(r"=== Trying ")),
    ("netcat", re.compile(_NETCAT)),
)
# After such a line the same kind of output begins anew.
_ENDS: Dict[str, Pattern[str]] = {
    "telnet": re.compile(
        r".*(?:closed|Unable to connect|lost|verloren|perdu|fehlgeschlagen|failed"
        r"|non riuscita|chec lors|conn. .chou)"
    ),
    "ping": re.compile(
        r".*\d ?%|.*(?:find host|nicht finden|n.{1,3}a pas pu|trovare l.{1,3}h)"
    ),
}


class Block(NamedTuple):
    """The output of one command; `arguments` are empty where only output was pasted."""

    kind: str
    arguments: Tuple[str, ...]
    lines: List[str]
    first_line: int


def _command(line: str) -> Tuple[str, Tuple[str, ...], bool]:
    """Return kind, arguments and whether the line is a prompt at all."""
    prompt = _PROMPT.match(line)
    found = _WORD.match(prompt.group(1) if prompt else line.strip())
    name = found.group(1).lower() if found else ""
    if found is None or name not in COMMANDS:
        return "", (), prompt is not None
    # Without a prompt "Ping wird ausgeführt" is output.
    is_odd = name in _AMBIGUOUS or found.group(1) != name
    if prompt is None and is_odd and name != "test-netconnection":
        return "", (), False
    groups = _ARGUMENT.findall(found.group(2))
    words = tuple(first or second or third for first, second, third in groups[:20])
    if prompt is None and words[:1] and words[0].endswith(":"):
        return "", (), False
    return COMMANDS[name], words, prompt is not None


def _start(line: str) -> str:
    for kind, pattern in STARTS:
        if pattern.match(line.lstrip()):
            return kind
    return ""


def split(lines: List[str]) -> List[Block]:
    """Return the blocks in order; kind is empty where no command is recognised.

    An output that begins like another command ends the one before, except right after
    the command line that it answers.
    """
    blocks = [Block("", (), [], 1)]
    has_ended = False
    for number, line in enumerate(lines, 1):
        kind, arguments, is_prompt = _command(line)
        current = blocks[-1]
        begun = "" if kind or is_prompt else _start(line)
        if begun == current.kind and not has_ended:
            begun = ""
        if kind or is_prompt:
            blocks.append(Block(kind, arguments, [], number + 1))
        elif begun and not _contains(current, begun):
            blocks.append(Block(begun, (), [line], number))
        else:
            current.lines.append(line)
        ends = _ENDS.get(blocks[-1].kind)
        has_ended = has_ended and blocks[-1] is current
        has_ended = has_ended or bool(ends and ends.match(line))
    return [one for one in blocks if one.kind or any(one.lines)]


# What looks like another command's output within one's own.
_WITHIN = {
    "dig": ("nslookup",),
    "test-netconnection": ("ping",),
    "netcat": ("telnet",),
    "openssl": ("telnet",),
    "swaks": ("telnet", "nslookup"),
    "ifconfig": ("ip",),
    "ipconfig": ("ip",),
}


def _contains(block: Block, kind: str) -> bool:
    return kind in _WITHIN.get(block.kind, ())
