"""The demo's servers: next hop and outbound scanner on aiosmtpd, and its DNS."""

from __future__ import annotations

import asyncio
import logging
import secrets
import signal
import ssl
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from django.conf import settings
from django.db import close_old_connections
from django.utils import timezone

from accounts.models import OutboundAccount
from cleanmail.demo.names import serve_names

logger = logging.getLogger(__name__)
checker = ThreadPoolExecutor(max_workers=1)


class PatientSMTP(SMTP):
    """Takes lines as long as real mail has them."""

    line_length_limit = settings.INTAKE_MAX_BYTES


class NextHop:
    """Keeps each message in a file of its own, bytes as received."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    async def handle_DATA(  # noqa: N802 - aiosmtpd's name
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        """Write the message and answer with its queue id."""
        queue_id = secrets.token_hex(5).upper()
        content = envelope.original_content or b""
        await asyncio.to_thread((self.folder / f"{queue_id}.eml").write_bytes, content)
        return f"250 2.0.0 Ok: queued as {queue_id}"


class Scanner:
    """Accepts what an authenticated client hands over, and forgets it."""

    async def handle_DATA(  # noqa: N802 - aiosmtpd's name
        self, _server: SMTP, _session: Session, _envelope: Envelope
    ) -> str:
        """Accept."""
        return f"250 2.0.0 Ok: queued as {secrets.token_hex(5).upper()}"


def _authenticate(
    _server: SMTP,
    _session: Session,
    _envelope: Envelope,
    _mechanism: str,
    data: LoginPassword,
) -> AuthResult:
    name, password = (
        text.decode("utf-8", "replace") for text in (data.login, data.password)
    )
    # Django's database calls refuse the thread of an event loop.
    is_right = checker.submit(_ask, name, password).result()
    return AuthResult(success=is_right, handled=False)


def _ask(username: str, password: str) -> bool:
    close_old_connections()
    return lets_in(username, password)


def lets_in(username: str, password: str) -> bool:
    """Decide as the Dovecot of `deploy/` does, by the accounts that admins made."""
    live = OutboundAccount.objects.filter(ended_at=None, customer__is_active=True)
    account = live.filter(username=username.lower()).first()
    if account is None or not account.has_password(password):
        return False
    OutboundAccount.objects.filter(pk=account.pk).update(last_used_at=timezone.now())
    return True


def _next_hop() -> SMTP:
    return PatientSMTP(
        NextHop(settings.DEMO_DIR / "next-hop"),
        hostname="mx.muster.example",
        data_size_limit=settings.INTAKE_MAX_BYTES * 2,
        enable_SMTPUTF8=True,
    )


def _scanner(context: ssl.SSLContext) -> SMTP:
    return PatientSMTP(
        Scanner(),
        hostname=settings.DEMO_SCANNER_HOST,
        tls_context=context,
        require_starttls=True,
        auth_required=True,
        authenticator=_authenticate,
        enable_SMTPUTF8=True,
    )


async def serve() -> None:
    """Serve on loopback until SIGTERM or SIGINT."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(
        settings.DEMO_DIR / "scanner.pem", settings.DEMO_DIR / "scanner.key"
    )
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    host = "127.0.0.1"
    servers = [await loop.create_server(_next_hop, host, settings.DEMO_NEXT_HOP_PORT)]
    servers += [
        await loop.create_server(lambda: _scanner(context), host, port)
        for port in settings.DEMO_SCANNER_PORTS
    ]
    records = settings.DEMO_DIR / "records.zone"
    port = settings.DEMO_DNS_PORT
    names = await serve_names(port, records) if port else None
    logger.info("demo servers: next hop and outbound scanner listen")
    await stop.wait()
    if names is not None:
        names.close()
    for server in servers:
        server.close()
