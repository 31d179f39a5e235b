"""The demo's mail: what a Postfix with Rspamd would hand over, sent in by LMTP."""

from __future__ import annotations

import secrets
import smtplib
from dataclasses import dataclass
from datetime import timedelta
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid

from django.conf import settings
from django.utils import timezone

CLIENT = "NAME=mail.absender.example ADDR=198.51.100.23 PORT=41234"


@dataclass(frozen=True, slots=True)
class Letter:
    """One message of the demo; `symbols` as Rspamd scores them."""

    sender: str
    name: str
    subject: str
    body: str
    recipients: tuple[str, ...]
    symbols: tuple[tuple[str, float], ...]
    attachment: str = ""
    is_null_sender: bool = False
    # What the filter found of SPF, DKIM and DMARC, as it writes it.
    authentication: str = ""


ANNA, INFO = "anna@muster.example", "info@muster.example"
LETTERS = (
    Letter(
        "offerten@gerber-spenglerei.example",
        "Gerber Spenglerei AG",
        "Offerte 2026-1187: Dachsanierung Seestrasse 14",
        "Guten Tag Frau Muster\n\nWie besprochen finden Sie im Anhang unsere Offerte."
        "\n\nFreundliche Grüsse\nBeat Gerber\n",
        (ANNA,),
        (("MIME_BAD_EXTENSION", 4.0), ("R_DKIM_ALLOW", -0.2), ("MANY_MACROS", 2.4)),
        attachment="Offerte_2026-1187.xlsm",
        authentication="spf=pass smtp.mailfrom=gerber-spenglerei.example; dkim=pass "
        "header.d=gerber-spenglerei.example; dmarc=none "
        "header.from=gerber-spenglerei.example",
    ),
    Letter(
        "r.brunner@muster-ag.example",
        "Reto Brunner",
        "Zahlung heute noch freigeben – dringend",
        "Anna, bist du im Büro? Ich brauche heute noch eine Zahlung über CHF 18'450."
        "\nBitte melde dich nur per E-Mail, ich bin in einer Sitzung.\n\nReto\n",
        (ANNA,),
        (("PHISHING", 9.5), ("FROM_NEQ_DISPLAY_NAME", 5.0), ("R_SPF_SOFTFAIL", 4.4)),
        authentication="spf=softfail smtp.mailfrom=muster-ag.example; dkim=none; "
        "dmarc=fail header.from=muster-ag.example",
    ),
    Letter(
        "news@gastro-gr.example",
        "Wochenbrief Gastro Graubünden",
        "Zehn Ideen für volle Tische im Advent",
        "Liebe Gastgeberinnen und Gastgeber\n\nDer Advent steht vor der Tür …\n",
        (INFO,),
        (("BULK_MAIL", 3.4), ("HAS_LIST_UNSUB", -0.1), ("RCVD_IN_BULK", 2.1)),
    ),
    Letter(
        "anmeldung@steuerkurse.example",
        "Kursleitung MWST-Praxis",
        "Bestätigung Ihrer Anmeldung vom 3. Dezember",
        "Guten Tag\n\nIhr Platz im Kurs «MWST in der Praxis» ist reserviert."
        "\nBeginn: 3. Dezember, 08:30 Uhr, Zürich.\n",
        (ANNA,),
        (("BAYES_SPAM", 3.1), ("MISSING_XM_UA", 1.0), ("SUBJ_DATE", 1.1)),
    ),
    Letter(
        "deals@sale24.example",
        "Möbel Sale24",
        "Nur heute: 70 % auf alles, was wackelt",
        "JETZT ZUGREIFEN! Nur heute, nur bei uns.\n",
        (INFO, ANNA),
        (("BAYES_SPAM", 5.1), ("SUBJ_ALL_CAPS", 2.0), ("RBL_SPAMHAUS", 1.7)),
    ),
    Letter(
        "barr.okafor@legal-funds.example",
        "Dr. Okafor",
        "Vertraulich: Nachlass Ihres Verwandten",
        "Sehr geehrter Begünstigter\n\nEin Verwandter hinterliess USD 14.5 Mio.\n",
        (INFO,),
        (("BAYES_SPAM", 8.0), ("FREEMAIL_REPLYTO", 6.7), ("ADVANCE_FEE_4", 10.0)),
    ),
    Letter(
        "zustellung@paket-avis.example",
        "Paketdienst Avis",
        "Ihr Paket wartet: Zollgebühr CHF 2.99 bezahlen",
        "Ihre Sendung wird zurückgehalten. Bezahlen Sie die Gebühr hier:\n"
        "https://paket-avis.example/zoll\n",
        (ANNA, "verkauf@muster.example"),
        (("PHISHING", 8.4), ("URI_PHISH", 6.0), ("R_DKIM_NA", 2.0)),
    ),
    Letter(
        "mailer-daemon@post.example",
        "",
        "Unzustellbar: Mahnung 2. Stufe",
        "Ihre Nachricht konnte nicht zugestellt werden.\n",
        ("buchhaltung@muster.example",),
        (("BOUNCE_SPAM", 4.1), ("BAYES_SPAM", 1.5)),
        is_null_sender=True,
    ),
    Letter(
        "service@autohaus-rheintal.example",
        "Autohaus Rheintal",
        "Radwechsel: Ihr Termin am 2. Dezember, 07:30 Uhr",
        "Guten Tag Frau Muster\n\nWir bestätigen Ihren Termin für den Radwechsel.\n",
        (ANNA,),
        (("BAYES_SPAM", 3.8), ("MISSING_MID", 1.5)),
    ),
    Letter(
        "scanner@muster.example",
        "Scanner 2. OG",
        "Scan_0931.pdf",
        "",
        ("buchhaltung@muster.example",),
        (("SPOOF_OWN_DOMAIN", 4.9), ("MIME_BAD_ATTACHMENT", 1.0)),
        attachment="Scan_0931.pdf",
    ),
    Letter(
        "angebot@fremdlieferant.example",
        "Lieferant Nord",
        "Preisliste Winter",
        "Guten Tag\n\nUnsere neue Preisliste.\n",
        ("eva@fremd.example",),
        (("BAYES_SPAM", 6.2),),
    ),
)


def _content(letter: Letter, queue_id: str, minutes_ago: int) -> bytes:
    message = EmailMessage()
    message["From"] = (
        f'"{letter.name}" <{letter.sender}>' if letter.name else (letter.sender)
    )
    message["To"] = ", ".join(letter.recipients[:1])
    message["Subject"] = letter.subject
    sent_at = timezone.now() - timedelta(minutes=minutes_ago)
    message["Date"] = format_datetime(sent_at)
    message["Message-ID"] = make_msgid(domain=letter.sender.rpartition("@")[2])
    message.set_content(letter.body or "\n")
    if letter.attachment:
        message.add_attachment(
            b"%PDF-1.4 demo\n" * 200,
            maintype="application",
            subtype="octet-stream",
            filename=letter.attachment,
        )
    score = sum(value for _, value in letter.symbols)
    symbols = "; ".join(f"{name}({value:.2f})[]" for name, value in letter.symbols)
    results = (
        f"Authentication-Results: {settings.INTAKE_AUTHSERV_ID}; "
        f"{letter.authentication}\r\n"
        if letter.authentication
        else ""
    )
    verdict = (
        f"X-Spamd-Result: default: True [{score:.2f} / 15.00]; {symbols}\r\n"
        f"X-Rspamd-Server: filter\r\nX-Rspamd-Queue-Id: {queue_id}\r\n"
        f"X-Rspamd-Action: add header\r\nX-Spam: Yes\r\n{results}"
    )
    return verdict.encode() + message.as_bytes().replace(b"\r\n", b"\n").replace(
        b"\n", b"\r\n"
    )


def _send(client: smtplib.LMTP, letter: Letter, minutes_ago: int) -> None:
    queue_id = secrets.token_hex(5).upper()
    client.docmd("XFORWARD", CLIENT)
    client.docmd("XFORWARD", f"PROTO=ESMTP HELO=mail.absender.example IDENT={queue_id}")
    content = _content(letter, queue_id, minutes_ago)
    client.mail("" if letter.is_null_sender else letter.sender)
    for recipient in letter.recipients:
        client.rcpt(recipient)
    client.docmd("DATA")
    client.send(content.replace(b"\r\n.", b"\r\n..") + b".\r\n")
    # LMTP answers once for each recipient (RFC 2033), which smtplib does not know.
    replies = [client.getreply() for _ in letter.recipients]
    refused = [reply for reply in replies if reply[0] != 250]
    if refused:
        raise smtplib.SMTPDataError(*refused[0])


def send_letters() -> int:
    """Send all letters to the running intake; return how many."""
    host, _, port = settings.INTAKE_LISTEN.rpartition(":")
    with smtplib.LMTP(host, int(port)) as client:
        client.ehlo()
        for index, letter in enumerate(reversed(LETTERS)):
            _send(client, letter, minutes_ago=7 * (len(LETTERS) - index))
    return len(LETTERS)
