"""``LocalAws``: start the server, use it, and leave nothing behind."""

import time
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal, Self, overload

import boto3
import botocore.session
from botocore.config import Config

from local_aws.controls import Controls
from local_aws.environment import without_foreign
from local_aws.process import ServerProcess

if TYPE_CHECKING:
    from types_boto3_cloudformation import CloudFormationClient
    from types_boto3_events import EventBridgeClient
    from types_boto3_lambda import LambdaClient
    from types_boto3_neptune import NeptuneClient

ACCOUNT_ID = "111122223333"
REGION = "us-east-1"


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
        account_id: str = ACCOUNT_ID,
        server_settings: Mapping[str, str] | None = None,
        home: Path | None = None,
    ) -> None:
        """Start the server and wait until it is ready.

        Args:
            port: Port on loopback; 0 for a free one.
            region: Region of clients and functions.
            account_id: Number of the account.
            server_settings: More environment variables for the emulator.
            home: Where the certificate and the other files of clients stay for the next server;
                ``None`` if they are to go with this one.

        Raises:
            LocalAwsError: It could not be started; says why.
        """
        try:
            self._server = ServerProcess(port, region, account_id, server_settings or {}, home)
        except OSError as problem:
            reason = f"cannot listen on port {port}: {problem.strerror}; choose another port"
            raise LocalAwsError(reason) from problem
        self.account_id = account_id
        self.region = region
        super().__init__(self._server.url, str(self._server.certificates.authority))
        self._wait()
        self._session = cache(self._make_session)

    @property
    def endpoint_url(self) -> str:
        """URL of every service."""
        return self._server.url

    @property
    def authority_path(self) -> Path:
        """Certificate of the authority to trust, in PEM format."""
        return self._server.certificates.authority

    @property
    def directory(self) -> Path:
        """Everything on disk; removed at the end. ``tmp`` in it is free to use."""
        return self._server.directory

    @property
    def settings(self) -> dict[str, str]:
        """The environment variables that send a program here."""
        return dict(self._server.settings)

    @property
    def environment(self) -> dict[str, str]:
        """A complete environment for a program that is to use the server and no other AWS."""
        return {**without_foreign(), **self._server.settings}

    @property
    def log_path(self) -> Path:
        """The server's log."""
        return self._server.log_path

    def log_tail(self, lines: int = 40) -> str:
        """The last lines of the server's log."""
        return self._server.log_tail(lines)

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
        """End the server and remove what it wrote; a second time does nothing."""
        self._server.stop()

    def __enter__(self) -> Self:
        """Return itself: it runs already."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Stop."""
        self.stop()

    def _wait(self) -> None:
        started = time.monotonic()
        try:
            self.wait_until_ready()
        except OSError as problem:
            waited = time.monotonic() - started
            status, tail = self._server.exit_status(), self._server.log_tail()
            self._server.stop()
            reason = f"no answer in {waited:.0f} s" if status is None else f"it ended ({status})"
            raise LocalAwsError(f"local AWS did not start: {reason}\n{tail}") from problem
        except BaseException:
            self._server.stop()
            raise

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
