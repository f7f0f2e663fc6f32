"""Requests and answers as values, so that a layer is a function from one to the other."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4
from xml.sax.saxutils import escape

Message = dict[str, Any]
Scope = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

_NAMESPACE = "http://rds.amazonaws.com/doc/2014-10-31/"


class ClientGoneError(Exception):
    """The client went away before its request was complete."""


@dataclass(frozen=True)
class Request:
    """A complete HTTP request: everything here is small enough to hold in memory."""

    scope: Scope
    body: bytes

    @property
    def method(self) -> str:
        """The HTTP method."""
        return str(self.scope["method"])

    @property
    def path(self) -> str:
        """The path without the query string."""
        return str(self.scope["path"])

    @property
    def headers(self) -> dict[str, str]:
        """Headers by lower-case name."""
        return {k.decode("latin-1").lower(): v.decode("latin-1") for k, v in self.scope["headers"]}

    def with_body(self, body: bytes) -> "Request":
        """The same request with another body and a length that fits it."""
        kept = [(k, v) for k, v in self.scope["headers"] if k.lower() != b"content-length"]
        headers = [*kept, (b"content-length", str(len(body)).encode())]
        return Request({**self.scope, "headers": headers}, body)


@dataclass(frozen=True)
class Answer:
    """A complete HTTP answer."""

    status: int
    body: bytes = b""
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)


Handler = Callable[[Request], Awaitable[Answer]]


def answer(status: int, body: bytes, content_type: str, **headers: str) -> Answer:
    """Build an answer from text headers; underscores in their names become hyphens."""
    named = {"content-type": content_type, "content-length": str(len(body))}
    named |= {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(status, body, [(k.encode(), v.encode()) for k, v in named.items()])


def error(protocol: str, status: int, code: str, message: str) -> Answer:
    """Build the answer that says a call failed, in the form that SDKs expect of the protocol."""
    request_id = str(uuid4())
    if protocol == "query":
        body = (
            f'<ErrorResponse xmlns="{_NAMESPACE}"><Error><Type>Sender</Type>'
            f"<Code>{code}</Code><Message>{escape(message)}</Message></Error>"
            f"<RequestId>{request_id}</RequestId></ErrorResponse>"
        )
        return answer(status, body.encode(), "text/xml", x_amzn_requestid=request_id)
    body = json.dumps({"__type": code, "message": message})
    headers = {"x_amzn_requestid": request_id, "x_amzn_errortype": code}
    return answer(status, body.encode(), "application/x-amz-json-1.1", **headers)


async def read_request(scope: Scope, receive: Receive) -> Request:
    """Read a request to its end; ``ClientGoneError`` if the client went away before."""
    parts: list[bytes] = []
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientGoneError
        parts.append(message.get("body", b""))
        more = message.get("more_body", False)
    return Request(scope, b"".join(parts))


async def send_answer(send: Send, result: Answer) -> None:
    """Send an answer to the client."""
    start = {"type": "http.response.start", "status": result.status, "headers": result.headers}
    await send(start)
    await send({"type": "http.response.body", "body": result.body})


def handler_of(app: App) -> Handler:
    """Turn an ASGI application into a function from request to answer."""

    async def handle(request: Request) -> Answer:
        start: Message = {}
        parts: list[bytes] = []
        unread = [request.body]

        async def receive() -> Message:
            if unread:
                return {"type": "http.request", "body": unread.pop(), "more_body": False}
            # A real client that stays connected: an application may watch for its leaving.
            await asyncio.Event().wait()
            return {"type": "http.disconnect"}

        async def send(message: Message) -> None:
            if message["type"] == "http.response.start":
                start.update(message)
            else:
                parts.append(message.get("body", b""))

        await app(request.scope, receive, send)
        return Answer(start["status"], b"".join(parts), list(start["headers"]))

    return handle
