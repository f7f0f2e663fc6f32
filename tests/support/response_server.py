"""An HTTPS server on loopback that stands for CloudFormation's response URL."""

import json
import ssl
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import trustme


class ResponseServer:
    """Collects responses; ``authority`` is whom to trust.

    ``statuses`` are the HTTP statuses of the next attempts, 0 for a connection that is closed
    without one; after them every response is accepted.
    """

    def __init__(self, directory: Path) -> None:
        self.received: list[dict[str, Any]] = []
        self.sizes: list[int] = []
        self.headers: list[dict[str, str]] = []
        self.paths: list[str] = []
        self.statuses: list[int] = []
        authority = trustme.CA()
        self.authority = directory / "authority.pem"
        authority.cert_pem.write_to_path(str(self.authority))
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert("localhost").configure_cert(tls)
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.socket = tls.wrap_socket(self._server.socket, server_side=True)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    @property
    def url(self) -> str:
        """A new URL, as each request has its own."""
        return f"https://localhost:{self._server.server_port}/response?X-Amz-Signature=secret"

    @property
    def last(self) -> dict[str, Any]:
        return self.received[-1]

    @property
    def attempts(self) -> int:
        """How many attempts arrived, accepted or not."""
        return len(self.paths)

    def clear(self) -> None:
        """Forget what was received."""
        for collected in (self.received, self.sizes, self.headers, self.paths, self.statuses):
            collected.clear()

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_PUT(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                server.paths.append(self.path)
                server.headers.append(dict(self.headers))
                status = server.statuses.pop(0) if server.statuses else 200
                if not status:
                    self.close_connection = True
                    return
                if status == 200:
                    server.sizes.append(len(body))
                    server.received.append(json.loads(body))
                self.send_response(status)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name
                del format, args

        return Handler
