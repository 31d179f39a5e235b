"""A submission server on loopback that every probe can log in to.

python -m bench.probe_target PORT CERTIFICATE KEY
"""

from __future__ import annotations

import asyncio
import ssl
import sys

REPLIES = {
    b"AUTH": b"235 2.7.0 ok\r\n",
    b"QUIT": b"221 2.0.0 bye\r\n",
    b"STAR": b"220 2.0.0 go\r\n",
}
EHLO = b"250-localhost\r\n250-PIPELINING\r\n250-SIZE 10240000\r\n%s250 8BITMIME\r\n"


async def serve_one(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, context: ssl.SSLContext
) -> None:
    """Serve one session."""
    offered = b"250-STARTTLS\r\n"
    writer.write(b"220 localhost ESMTP probe target\r\n")
    while line := await reader.readline():
        verb = line[:4].upper()
        if verb == b"EHLO":
            writer.write(EHLO % offered)
            continue
        writer.write(REPLIES.get(verb, b"250 2.0.0 ok\r\n"))
        await writer.drain()
        if verb == b"QUIT":
            break
        if verb == b"STAR":
            await writer.start_tls(context)
            offered = b"250-AUTH PLAIN LOGIN\r\n"
    writer.close()


async def serve(port: int, context: ssl.SSLContext) -> None:
    """Serve until ended; a session that breaks is only its own end."""

    async def guarded(
        reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        try:
            await serve_one(reader, writer, context)
        except (OSError, ssl.SSLError):
            writer.close()

    server = await asyncio.start_server(guarded, "127.0.0.1", port, backlog=500)
    await server.serve_forever()


def main() -> None:
    """Serve until ended."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(sys.argv[2], sys.argv[3])
    asyncio.run(serve(int(sys.argv[1]), context))


if __name__ == "__main__":
    main()
