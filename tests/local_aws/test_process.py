"""The server as a process: it is found by its clients, by nobody else, and leaves nothing."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
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


@contextmanager
def _running(home: Path, *arguments: str) -> Iterator["subprocess.Popen[str]"]:
    """The command, once it is ready."""
    # A shell's background jobs ignore Ctrl-C, and so would what they start.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    command = [sys.executable, "-m", "local_aws", "--home", str(home), *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert any(line.startswith("Its log is") for line in process.stdout)
        yield process
        process.kill()


def _sourced(home: Path) -> dict[str, str]:
    """The environment of a shell of this machine after the one line to type."""
    code = "import json, os; print(json.dumps(dict(os.environ)))"
    script = f"source {home / 'env'} && {sys.executable} -c '{code}'"
    shell = ["/bin/bash", "-c", script]
    environment = {**os.environ, "AWS_PROFILE": "production"}
    done = subprocess.run(shell, capture_output=True, text=True, check=True, env=environment)
    return dict(json.loads(done.stdout))


def _python(code: str, environment: Mapping[str, str]) -> str:
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    return done.stdout.strip()


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


def test_one_sourced_file_leads_to_it_and_outlives_it(tmp_path: Path) -> None:
    account = "import boto3; print(boto3.client('sts').get_caller_identity()['Account'])"
    with _running(tmp_path, "--port=0"):
        first = _sourced(tmp_path)
        assert "AWS_PROFILE" not in first
        # Version 1 of the AWS CLI has an address of its own for Neptune there.
        assert first["AWS_REGION"] != "us-east-1"
        assert _python(account, first) == "111122223333"
    port = first["AWS_ENDPOINT_URL"].rpartition(":")[2]
    authority = (tmp_path / "ca.pem").read_bytes()
    with _running(tmp_path, f"--port={port}"):
        assert _python(account, first) == "111122223333"
    assert (tmp_path / "ca.pem").read_bytes() == authority
    assert _sourced(tmp_path) == first


def test_its_options_make_clusters_durations_failures_and_limits(tmp_path: Path) -> None:
    clusters = ("calm", "working", "broken")
    options = [f"--cluster={name}" for name in clusters]
    options += ["--busy=working=600", "--fail=broken", "--quota=2", "--snapshot-seconds=0"]
    code = """
import boto3
client = boto3.client("neptune")
for cluster in ("calm", "working", "broken", "calm"):
    count = len(client.describe_db_cluster_snapshots()["DBClusterSnapshots"])
    names = dict(DBClusterIdentifier=cluster, DBClusterSnapshotIdentifier=f"taken-{count}")
    try:
        client.create_db_cluster_snapshot(**names)
        del names["DBClusterIdentifier"]
        found = client.describe_db_cluster_snapshots(**names)["DBClusterSnapshots"][0]
        print(cluster, found["Status"])
    except client.exceptions.ClientError as problem:
        print(cluster, problem.response["Error"]["Code"])
"""
    with _running(tmp_path, "--port=0", *options):
        said = _python(code, _sourced(tmp_path))
    assert said.splitlines() == [
        "calm available",
        "working InvalidDBClusterStateFault",
        "broken failed",
        "calm SnapshotQuotaExceeded",
    ]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_command_cleans_up_when_it_is_asked_to_end(
    tmp_path: Path, number: signal.Signals
) -> None:
    with _running(tmp_path, "--port=0") as command:
        url = _sourced(tmp_path)["AWS_ENDPOINT_URL"]
        command.send_signal(number)
        assert command.wait(timeout=60) == (0 if number is signal.SIGINT else 128 + number)
    assert _is_gone(tmp_path / "nothing", url)
    assert sorted(one.name for one in tmp_path.iterdir()) == sorted(
        ("aws-config", "aws-credentials", "ca.pem", "cdk", "env", "server.key", "server.pem")
    )


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
