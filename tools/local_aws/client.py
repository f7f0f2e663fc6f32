"""``LocalAws``: start the server, use it, and leave nothing behind."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Self, overload

import boto3
import botocore.session
from botocore.config import Config

from local_aws.controls import Controls
from local_aws.environment import (
    HOSTS,
    client_settings,
    make_certificates,
    server_settings,
    without_foreign,
)

if TYPE_CHECKING:
    from types_boto3_cloudformation import CloudFormationClient
    from types_boto3_events import EventBridgeClient
    from types_boto3_lambda import LambdaClient
    from types_boto3_neptune import NeptuneClient

ACCOUNT_ID = "111122223333"
REGION = "us-east-1"
_LOG_TAIL = 40
_ENDING_SECONDS = 1


class LocalAwsError(RuntimeError):
    """The server could not be started."""


class LocalAws(Controls):
    """AWS on this machine, as long as the ``with`` block lasts.

    The server ends, with its Lambda processes and temporary files, when the block does, and also
    when this process ends in any other way.
    """

    def __init__(
        self,
        *,
        port: int = 0,
        region: str = REGION,
        server_settings: Mapping[str, str] | None = None,
        home: Path | None = None,
    ) -> None:
        """Start the server on loopback and wait until it is ready.

        Port 0 is a free one. ``server_settings`` are more environment variables for the emulator.
        The certificate and the other files of clients stay in ``home`` for the next server; without
        it they go with this one. A server that cannot be started raises `LocalAwsError`.
        """
        self.account_id = ACCOUNT_ID
        self.region = region
        try:
            listening = socket.create_server((HOSTS[0], port), backlog=128)
        except OSError as problem:
            reason = f"cannot listen on port {port}: {problem.strerror}; choose another port"
            raise LocalAwsError(reason) from problem
        self.directory = Path(tempfile.mkdtemp(prefix="local-aws-"))
        """Everything on disk; removed at the end. ``tmp`` in it is free to use."""
        self.log_path = self.directory / "server.log"
        """What the server, the emulator and Lambda runtimes print."""
        try:
            with listening:
                self._start(listening, home or self.directory, server_settings or {})
        except BaseException:
            shutil.rmtree(self.directory, ignore_errors=True)
            raise
        super().__init__(self.endpoint_url, str(self.authority_path))
        self._wait()
        self._session = cache(self._make_session)

    def _start(self, listening: socket.socket, home: Path, more: Mapping[str, str]) -> None:
        port = int(listening.getsockname()[1])
        self.endpoint_url = f"https://{HOSTS[0]}:{port}"
        (self.directory / "tmp").mkdir()
        (home / "cdk").mkdir(parents=True, exist_ok=True)
        (home / "aws-config").write_text("[default]\n")
        (home / "aws-credentials").touch()
        made = make_certificates(home)
        self.authority_path = made.authority
        about = (self.region, self.account_id, made)
        self.settings = client_settings(home, self.endpoint_url, *about)
        """The environment variables that send a program here."""
        server = server_settings(self.directory, port, *about)
        arguments = ["-m", "local_aws.server", str(listening.fileno()), str(self.directory)]
        with self.log_path.open("wb") as log:
            self._process = subprocess.Popen(  # noqa: S603 - our own module, our own arguments
                [sys.executable, *arguments],
                env={**self.environment, **server, **more},
                cwd=self.directory,
                stdin=subprocess.PIPE,  # never written to: its closing says that we are gone
                stdout=log,
                stderr=log,
                pass_fds=(listening.fileno(),),
                start_new_session=True,
            )

    @property
    def environment(self) -> dict[str, str]:
        """A complete environment for a program that is to use the server and no other AWS."""
        return {**without_foreign(), **self.settings}

    def log_tail(self) -> str:
        """The last lines of the server's log."""
        if not self.log_path.exists():
            return ""
        return "\n".join(self.log_path.read_text(errors="replace").splitlines()[-_LOG_TAIL:])

    @overload
    def client(self, service: Literal["cloudformation"]) -> "CloudFormationClient": ...
    @overload
    def client(self, service: Literal["events"]) -> "EventBridgeClient": ...
    @overload
    def client(self, service: Literal["lambda"]) -> "LambdaClient": ...
    @overload
    def client(self, service: Literal["neptune"]) -> "NeptuneClient": ...
    @overload
    def client(self, service: str) -> Any: ...  # noqa: ANN401 - boto3's own type for the rest
    def client(self, service: str) -> Any:
        """A boto3 client that makes each call once, so that tests see every failure."""
        return self._session().client(
            service,  # type: ignore[call-overload]
            endpoint_url=self.endpoint_url,
            verify=str(self.authority_path),
            config=Config(retries={"total_max_attempts": 1, "mode": "standard"}, proxies={}),
        )

    def function_log(self) -> list[str]:
        """What Lambda functions printed in invocations that have ended, oldest first."""
        logs = self.client("logs")
        groups = logs.get_paginator("describe_log_groups").paginate()
        names = [group["logGroupName"] for page in groups for group in page["logGroups"]]
        events = [
            event
            for name in names
            for page in logs.get_paginator("filter_log_events").paginate(logGroupName=name)
            for event in page["events"]
        ]
        # Python's sort is stable: lines of one millisecond stay in their order.
        return [event["message"] for event in sorted(events, key=lambda event: event["timestamp"])]

    def stop(self) -> None:
        """End the server with all Lambda processes and remove what it wrote; may be repeated."""
        # It keeps nothing that would be worth a gentle end, and leads a group of its own.
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        if self._process.stdin is not None:
            self._process.stdin.close()
        shutil.rmtree(self.directory, ignore_errors=True)

    def __enter__(self) -> Self:
        """Return itself: it runs already."""
        return self

    def __exit__(self, *_: object) -> None:
        """Stop."""
        self.stop()

    def _wait(self) -> None:
        started = time.monotonic()
        try:
            self.wait_until_ready()
        except OSError as problem:
            reason, tail = self._why(started), self.log_tail()
            self.stop()
            raise LocalAwsError(f"local AWS did not start: {reason}\n{tail}") from problem
        except BaseException:
            self.stop()
            raise

    def _why(self, started: float) -> str:
        waited = time.monotonic() - started
        try:
            return f"it ended ({self._process.wait(timeout=_ENDING_SECONDS)})"
        except subprocess.TimeoutExpired:
            return f"no answer in {waited:.0f} s"

    def _make_session(self) -> boto3.Session:
        core = botocore.session.Session()
        # The machine's own profiles must not be read, let alone used.
        for name, value in (
            ("profile", "default"),
            ("config_file", self.settings["AWS_CONFIG_FILE"]),
            ("credentials_file", self.settings["AWS_SHARED_CREDENTIALS_FILE"]),
        ):
            core.set_config_variable(name, value)
        return boto3.Session(
            aws_access_key_id=self.settings["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=self.settings["AWS_SECRET_ACCESS_KEY"],
            region_name=self.region,
            botocore_session=core,
        )
