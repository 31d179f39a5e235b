"""From the bytes of an uploaded table to rows of people, each right or with a reason.

Spreadsheets write what they like: comma, semicolon or tab, UTF-8 with or without a
byte order mark, UTF-16, or the old Western code page. All of it is read; what would
cost much more to read than to send is refused.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from accounts.errors import AddressRefused, TableRefused
from accounts.log_in_names import is_mailable, normalize
from accounts.mailboxes import Domains
from accounts.person_names import is_plain
from accounts.tenancy import Role

BYTES_MAX = 1024 * 1024
ROWS_MAX = 2000
FIELD_MAX = 2000
ADDRESSES_MAX = 50
COLUMNS = {
    "email": {"email", "e-mail", "mail", "e-mail-adresse", "adresse e-mail"},
    "full_name": {"name", "full name", "nom", "nome"},
    "role": {"role", "rolle", "rôle", "ruolo"},
    "addresses": {"addresses", "adressen", "adresses", "indirizzi"},
}
ROLES = {
    "": Role.MEMBER,
    "member": Role.MEMBER,
    "user": Role.MEMBER,
    "benutzer": Role.MEMBER,
    "utilisateur": Role.MEMBER,
    "utente": Role.MEMBER,
    "admin": Role.ADMIN,
    "administrator": Role.ADMIN,
    "administrateur": Role.ADMIN,
    "amministratore": Role.ADMIN,
}


@dataclass(frozen=True, slots=True)
class Row:
    """One person of the table; `reason` says what is wrong with it, empty: nothing."""

    line: int
    email: str
    full_name: str = ""
    role: str = Role.MEMBER
    addresses: list[str] = field(default_factory=list)
    reason: str = ""

    def to_json(self) -> dict[str, object]:
        """Return it as it is sealed."""
        return asdict(self)


def read_table(content: bytes) -> list[Row]:
    """Return the rows, none of them judged; raise TableRefused."""
    if len(content) > BYTES_MAX:
        raise TableRefused("size")
    text = _decode(content)
    if "\0" in text:
        raise TableRefused("binary")
    records = list(_records(text))
    if not records:
        raise TableRefused("empty")
    names = [_column(cell) for cell in records[0][1]]
    has_head = "email" in names
    order = names if has_head else list(COLUMNS)
    rows = [_to_row(line, cells, order) for line, cells in records[has_head:]]
    if not rows:
        raise TableRefused("empty")
    return rows


def judge(rows: list[Row], domains: Domains, known: set[str]) -> list[Row]:
    """Return the rows, each with what is wrong; `known` belong here already."""
    seen: set[str] = set()
    judged = []
    for row in rows:
        reason = _reason(row, domains, known, seen)
        seen.add(row.email)
        judged.append(replace(row, reason=reason))
    return judged


def _reason(row: Row, domains: Domains, known: set[str], seen: set[str]) -> str:
    found = (
        ("form", not _is_address(row.email)),
        ("twice", row.email in seen),
        ("known", row.email in known),
        ("foreign", not domains.is_trusted(row.email)),
        ("name", not is_plain(row.full_name)),
        ("role", row.role not in Role.values),
        ("addresses", not _are_own(row.addresses, domains)),
    )
    return next((reason for reason, is_wrong in found if is_wrong), "")


def _is_address(text: str) -> bool:
    try:
        validate_email(text)
    except ValidationError:
        return False
    return is_mailable(text)


def _are_own(addresses: list[str], domains: Domains) -> bool:
    try:
        for address in addresses[:ADDRESSES_MAX]:
            domains.read(address)
    except AddressRefused:
        return False
    return len(addresses) <= ADDRESSES_MAX


def _decode(content: bytes) -> str:
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return content.decode("utf-16", "replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        # What Excel writes in Western Europe; five bytes of it mean nothing.
        return content.decode("cp1252", "replace")


def _records(text: str) -> Iterator[tuple[int, list[str]]]:
    head = text.lstrip("\r\n").partition("\n")[0]
    delimiter = max(";\t,", key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    count = 0
    try:
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            count += 1
            if count > ROWS_MAX + 1:
                raise TableRefused("rows")
            yield reader.line_num, [cell.strip()[:FIELD_MAX] for cell in cells[:20]]
    except csv.Error as error:  # a field of more than 128 KiB
        raise TableRefused("binary") from error


def _column(cell: str) -> str:
    wanted = cell.strip().lower()
    return next((name for name, said in COLUMNS.items() if wanted in said), "")


def _to_row(line: int, cells: list[str], order: list[str]) -> Row:
    said = dict(zip(order, cells, strict=False))
    role = said.get("role", "").lower()
    addresses = re.split(r"[\s,;|]+", said.get("addresses", ""))
    return Row(
        line=line,
        email=normalize(said.get("email", "")),
        full_name=said.get("full_name", ""),
        role=ROLES.get(role, role[:16]),
        addresses=[one for one in addresses if one],
    )
