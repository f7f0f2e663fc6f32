"""The server as a process: it is found by its clients, by nobody else, and leaves nothing."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest

from local_aws import LocalAws, LocalAwsError

_PRINT_DIRECTORY = """
import sys, time
from local_aws import LocalAws
aws = LocalAws()
print(aws.directory, aws.endpoint_url, flush=True)
time.sleep(60)
"""


def _is_gone(directory: Path, url: str) -> bool:
    port = int(url.rpartition(":")[2])
    with socket.socket() as client:
        refused = client.connect_ex(("127.0.0.1", port)) != 0
    return refused and not directory.exists()


def _becomes_gone(directory: Path, url: str) -> bool:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        if _is_gone(directory, url):
            return True
        time.sleep(0.05)
    return False


@pytest.fixture
def command() -> Iterator["subprocess.Popen[str]"]:
    # A shell's background jobs ignore Ctrl-C, and so would what they start.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    started = subprocess.Popen(
        [sys.executable, "-m", "local_aws"], stdout=subprocess.PIPE, text=True
    )
    with started as process:
        yield process
        process.kill()


def _exports(process: "subprocess.Popen[str]") -> dict[str, str]:
    assert process.stdout is not None
    exports: dict[str, str] = {}
    for line in process.stdout:
        if line.startswith("export "):
            name, _, value = line.removeprefix("export ").strip().partition("=")
            exports[name] = value
        if line.startswith("# Its log is"):
            return exports
    raise AssertionError("it ended before it was ready")


def test_nothing_is_left_when_the_block_ends() -> None:
    with LocalAws() as aws:
        directory, url = aws.directory, aws.endpoint_url
        assert not _is_gone(directory, url)
    assert _is_gone(directory, url)
    aws.stop()


def test_nothing_is_left_when_the_process_that_started_it_is_killed() -> None:
    arguments = [sys.executable, "-c", _PRINT_DIRECTORY]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        directory, url = process.stdout.readline().split()
        assert not _is_gone(Path(directory), url)
        process.kill()
    assert _becomes_gone(Path(directory), url)


def test_the_command_prints_an_environment_that_works(command: "subprocess.Popen[str]") -> None:
    code = "import boto3; print(boto3.client('sts').get_caller_identity()['Account'])"
    environment = {**os.environ, **_exports(command)}
    result = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )
    assert result.stdout.strip() == "111122223333"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_command_cleans_up_when_it_is_asked_to_end(
    command: "subprocess.Popen[str]", number: signal.Signals
) -> None:
    exports = _exports(command)
    directory, url = Path(exports["AWS_CONFIG_FILE"]).parent, exports["AWS_ENDPOINT_URL"]
    command.send_signal(number)
    assert command.wait(timeout=60) == (0 if number is signal.SIGINT else 128 + number)
    assert _is_gone(directory, url)


def test_a_port_in_use_is_named(aws: LocalAws) -> None:
    port = int(aws.endpoint_url.rpartition(":")[2])
    with pytest.raises(LocalAwsError, match=f"port {port}: Address already in use"):
        LocalAws(port=port)


def test_a_server_that_cannot_start_says_why() -> None:
    with pytest.raises(LocalAwsError, match=r"it ended \(1\)(?s:.)*FileNotFoundError"):
        LocalAws(server_settings={"MINISTACK_SSL_CERT": "/nowhere.pem"})


def test_it_listens_on_loopback_only(aws: LocalAws) -> None:
    port = int(aws.endpoint_url.rpartition(":")[2])
    with socket.socket() as client, pytest.raises(OSError, match=r"\[Errno"):
        # Another address of this machine, but not the one it listens on.
        client.connect(("127.0.0.2", port))


def test_clients_ignore_the_machines_own_profile(
    aws: LocalAws, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_PROFILE", "production")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "https://elsewhere.invalid")
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.invalid")
    assert "AWS_PROFILE" not in aws.environment
    assert "HTTPS_PROXY" not in aws.environment
    with LocalAws() as another:
        account = another.client("sts").get_caller_identity()["Account"]
    assert account == another.account_id


def test_programs_with_its_environment_reach_it_and_no_other(
    aws: LocalAws, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in aws.settings.items():
        monkeypatch.setenv(name, value)
    clients = boto3.Session()
    assert clients.client("neptune").meta.endpoint_url == aws.endpoint_url
    assert clients.client("sts").get_caller_identity()["Account"] == aws.account_id
