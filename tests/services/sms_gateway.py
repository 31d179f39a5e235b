"""An SMS gateway on loopback: what it answers, what it got."""

from __future__ import annotations

import re
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

JSON_BODY = '{"to": "{number}", "text": "{text}"}'


@dataclass
class Gateway:
    """Change `status`, `said` or `manner` to have it misbehave."""

    status: int = 200
    said: bytes = b"{}"
    # "answer"; or "silence", "drip", "garbage", "hang up"
    manner: str = "answer"
    url: str = ""
    paths: list[str] = field(default_factory=list)
    bodies: list[str] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    stopping: threading.Event = field(default_factory=threading.Event)

    @property
    def last_code(self) -> str:
        """Return the six digits of the last SMS."""
        found = re.findall(r"(?<!\d)\d{6}(?!\d)", self.bodies[-1])
        assert found
        return found[0]

    def settings(self, **more: str) -> dict[str, str]:
        """Return what the portal's settings say about it."""
        plain = {"authorization": "", "body": JSON_BODY, "answer": ""}
        return plain | {"url": self.url} | more


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    made: Gateway

    def handle_error(self, *_args) -> None:
        """Keep the test's output clean: clients that give up are the point."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_POST(self) -> None:
        made = self.server.made
        size = int(self.headers["Content-Length"])
        made.bodies.append(self.rfile.read(size).decode())
        made.paths.append(self.path)
        made.headers.append(dict(self.headers))
        getattr(self, made.manner.replace(" ", "_"))(made)

    def answer(self, made: Gateway) -> None:
        self.send_response(made.status)
        if made.status in {301, 302, 307, 308}:
            self.send_header("Location", made.url + "elsewhere")
        self.send_header("Content-Length", str(len(made.said)))
        self.end_headers()
        self.wfile.write(made.said)

    def silence(self, made: Gateway) -> None:
        made.stopping.wait(30)

    def drip(self, made: Gateway) -> None:
        for byte in b"HTTP/1.1 200 OK\r\n" + b"X-Slow: yes\r\n" * 100:
            self.wfile.write(bytes([byte]))
            self.wfile.flush()
            if made.stopping.wait(0.2):
                return

    def garbage(self, _made: Gateway) -> None:
        self.wfile.write(b"\x00\xffSSH-2.0-no HTTP at all\r\n\r\n")

    def hang_up(self, _made: Gateway) -> None:
        self.connection.close()

    def log_message(self, *_args) -> None:
        """Keep the test's output clean."""


@contextmanager
def sms_gateway(tls: ssl.SSLContext | None = None) -> Iterator[Gateway]:
    """Run one, with TLS if there is a context."""
    server = _Server(("127.0.0.1", 0), _Handler)
    if tls is not None:
        server.socket = tls.wrap_socket(
            server.socket, server_side=True, do_handshake_on_connect=False
        )
    scheme = "https" if tls else "http"
    server.made = Gateway(url=f"{scheme}://localhost:{server.server_port}/send")
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield server.made
    finally:
        server.made.stopping.set()
        server.shutdown()
        server.server_close()
        thread.join(5)
