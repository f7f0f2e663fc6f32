"""A response is sent until CloudFormation accepts it, fits its limit, and keeps its URL secret."""

import http.client
import json
import logging
import time
from collections.abc import Callable
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neptune_snapshot_provider import responses
from neptune_snapshot_provider.contract import ATTRIBUTES, IDENTIFIER_MAX, Attribute
from neptune_snapshot_provider.errors import REASON_MAX
from neptune_snapshot_provider.logs import LogEvent
from support.response_server import ResponseServer
from support.world import VirtualClock

BODY = {"Status": "SUCCESS", "PhysicalResourceId": "s"}


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> VirtualClock:
    clock = VirtualClock()
    monkeypatch.setattr(time, "time", clock.now)
    monkeypatch.setattr(time, "sleep", clock.sleep)
    return clock


def test_a_response_is_put_to_the_url_without_a_content_type(server: ResponseServer) -> None:
    """The URL is signed for an empty one."""
    assert responses.send(server.url, BODY)
    assert server.last == BODY
    assert server.paths == ["/response?X-Amz-Signature=secret"]
    assert server.headers[0]["content-type"] == ""


def test_a_url_needs_no_query_and_tls_is_used_whatever_its_scheme(server: ResponseServer) -> None:
    assert responses.send(server.url.partition("?")[0].replace("https://", "http://"), BODY)
    assert server.paths == ["/response"]
    assert server.last == BODY


def test_an_endpoint_that_proves_no_identity_gets_no_response(
    server: ResponseServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    assert not responses.send(server.url, BODY)
    assert not server.received


@pytest.mark.parametrize("status", [500, 502, 503, 504, 408, 429, 0])
def test_a_server_error_or_a_lost_connection_is_retried(
    server: ResponseServer, clock: VirtualClock, status: int
) -> None:
    server.statuses = [status] * 3
    assert responses.send(server.url, BODY)
    assert server.attempts == 4
    assert server.received == [BODY]
    assert clock.pauses == [1, 2, 4]


@pytest.mark.parametrize("status", [400, 403, 404, 413])
def test_a_refusal_is_final(server: ResponseServer, clock: VirtualClock, status: int) -> None:
    server.statuses = [status]
    assert not responses.send(server.url, BODY)
    assert server.attempts == 1
    assert not clock.pauses


def test_sending_is_given_up_within_a_bound(server: ResponseServer, clock: VirtualClock) -> None:
    server.statuses = [503] * 1000
    began_at = clock.now()
    assert not responses.send(server.url, BODY)
    assert 120 <= clock.now() - began_at <= 150
    assert server.attempts <= responses.ATTEMPTS_MAX
    assert max(clock.pauses) == 10


def test_sending_ends_with_the_invocation(server: ResponseServer, clock: VirtualClock) -> None:
    """Even an invocation without time tries once."""
    server.statuses = [503] * 1000
    until = clock.now() + 20
    assert not responses.send(server.url, BODY, until=until)
    assert until - 10 <= clock.now() <= until
    server.clear()
    assert responses.send(server.url, BODY, until=clock.now() - 1)
    assert server.attempts == 1


@pytest.mark.parametrize("error", [TimeoutError, ConnectionResetError, http.client.BadStatusLine])
def test_a_connection_that_fails_is_retried(
    server: ResponseServer, monkeypatch: pytest.MonkeyPatch, error: type[Exception]
) -> None:
    left = [2]
    request = http.client.HTTPSConnection.request

    def failing(*arguments: Any, **options: Any) -> None:  # noqa: ANN401 - any
        if left[0]:
            left[0] -= 1
            raise error("no")
        request(*arguments, **options)

    monkeypatch.setattr(http.client.HTTPSConnection, "request", failing)
    assert responses.send(server.url, BODY)
    assert server.attempts == 1


def test_nothing_of_the_url_is_logged(
    server: ResponseServer, caplog: pytest.LogCaptureFixture, logged: Callable[..., list[str]]
) -> None:
    """Whoever has it could respond."""
    server.statuses = [503, 0, 403]
    with caplog.at_level(logging.DEBUG):
        assert not responses.send(server.url, BODY)
        assert responses.send(server.url, BODY)
        assert not responses.send("https://localhost:1/response?X-Amz-Signature=secret", BODY)
    for secret in ("secret", "X-Amz", "/response", "localhost"):
        assert secret not in caplog.text
    assert logged(caplog)[:2] == [LogEvent.RESPONSE_RETRIED] * 2
    assert logged(caplog).count(LogEvent.RESPONSE_SENT) == 1
    assert "503" in caplog.text


HINT = "neptune-snapshot restore-plan s"
SHORTENED: dict[str, str] = {
    Attribute.RETAINED: "",
    Attribute.DELETED: "",
    Attribute.RESTORE_COMMAND: HINT,
}
URN = "arn:aws:cloudformation:eu-isoe-west-1:123456789012:stack/"


def body_of(deleted: int, retained: int, command: int, size: int = 60) -> dict[str, Any]:
    """The longest response of that many names, and of a command of that length."""
    names = [f"{'n' * IDENTIFIER_MAX}{number}"[-IDENTIFIER_MAX:] for number in range(1000)]
    data = dict.fromkeys(ATTRIBUTES, "v" * size)
    data[Attribute.DELETED] = ",".join(names[:deleted])
    data[Attribute.RETAINED] = ",".join(f"{name}=newer-than-replaced" for name in names[:retained])
    data[Attribute.RESTORE_COMMAND] = "c" * command
    return {
        "Status": "SUCCESS",
        "Reason": "r" * 256,
        "PhysicalResourceId": "p" * IDENTIFIER_MAX,
        "StackId": f"{URN}{'s' * 128}/0a1b2c3d-1111-2222-3333-444455556666",
        "RequestId": "0a1b2c3d-1111-2222-3333-444455556666",
        "LogicalResourceId": "l" * 255,
        "NoEcho": False,
        "Data": data,
    }


def size_of(body: dict[str, Any]) -> int:
    return len(json.dumps(body).encode())


LENGTHS = (0, 1, 2, 5, 10, 40, 999)


@pytest.mark.parametrize(
    ("deleted", "retained", "command"), list(product(LENGTHS, LENGTHS, (0, 300, 1500, 4000)))
)
def test_every_response_fits(deleted: int, retained: int, command: int) -> None:
    body = body_of(deleted, retained, command)
    fitted = responses.fit(body, SHORTENED)
    assert size_of(fitted) <= responses.RESPONSE_MAX
    assert tuple(fitted["Data"]) == ATTRIBUTES
    for name, count in ((Attribute.DELETED, deleted), (Attribute.RETAINED, retained)):
        assert counted(fitted["Data"][name]) in (count, 0)
    assert {**fitted, "Data": {}} == {**body, "Data": {}}
    untouched = set(ATTRIBUTES) - set(SHORTENED)
    assert all(fitted["Data"][name] == body["Data"][name] for name in untouched)
    assert fitted["Data"][Attribute.RESTORE_COMMAND] in ("c" * command, HINT)


def counted(text: str) -> int:
    """How many names a shortened list stands for."""
    *names, last = text.split(",") if text else [""]
    return len(names) + (int(last[1:]) if last.startswith("+") else bool(last))


def test_what_fits_is_not_changed() -> None:
    body = body_of(2, 2, 300)
    assert size_of(body) <= responses.RESPONSE_MAX
    assert responses.fit(body, SHORTENED) == body


def test_a_shortened_list_names_as_many_as_fit_and_counts_the_rest() -> None:
    fitted = responses.fit(body_of(0, 40, 300), SHORTENED)
    *names, more = fitted["Data"][Attribute.RETAINED].split(",")
    assert more == f"+{40 - len(names)}"
    assert names[0].endswith("0=newer-than-replaced")
    one_more = len(names[0]) + 1
    assert size_of(fitted) + one_more > responses.RESPONSE_MAX - 10


def test_the_names_of_retained_snapshots_are_shortened_first() -> None:
    data = responses.fit(body_of(10, 10, 300), SHORTENED)["Data"]
    assert counted(data[Attribute.DELETED]) == 10
    assert "+" not in data[Attribute.DELETED]
    assert "+" in data[Attribute.RETAINED]


def test_characters_of_several_bytes_count_as_such() -> None:
    body = body_of(10, 10, 300)
    body["Data"]["MasterUsername"] = "\N{SNOWMAN}" * 60
    assert size_of(responses.fit(body, SHORTENED)) <= responses.RESPONSE_MAX


def test_a_failure_has_no_data_to_shorten_and_fits_with_the_longest_reason() -> None:
    body = {**body_of(0, 0, 0), "Data": {}, "Reason": "\N{VOLCANO}" * REASON_MAX}
    assert responses.fit(body, {}) == body
    assert size_of(body) <= responses.RESPONSE_MAX
    assert responses.fit({"Status": "FAILED", "Data": None}, SHORTENED)["Data"] == {}


@given(st.integers(0, 60), st.integers(0, 60), st.integers(0, 3000))
def test_a_response_of_any_lengths_fits(deleted: int, retained: int, command: int) -> None:
    fitted = responses.fit(body_of(deleted, retained, command), SHORTENED)
    assert size_of(fitted) <= responses.RESPONSE_MAX
