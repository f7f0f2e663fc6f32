"""The server as a process of its own, with a directory of its own that goes with it."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from local_aws import certificates
from local_aws.certificates import HOSTS
from local_aws.environment import client_settings, server_settings, without_foreign

_LOG_TAIL = 40
_ENDING_SECONDS = 1


class ServerProcess:
    """A running server: its address, its directory and the settings of its clients."""

    def __init__(
        self,
        port: int,
        region: str,
        account_id: str,
        extra_settings: Mapping[str, str],
        home: Path | None,
    ) -> None:
        """Start the server; it accepts connections at once and answers when it is ready.

        Args:
            port: Port on loopback; 0 for a free one.
            region: Region of clients and functions.
            account_id: Number of the account.
            extra_settings: More environment variables for the emulator.
            home: Where the files of clients are, and stay; ``None`` for the server's directory.

        Raises:
            OSError: The port is in use.
        """
        listening = socket.create_server((HOSTS[0], port), backlog=128)
        self.directory = Path(tempfile.mkdtemp(prefix="local-aws-"))
        self._home = home or self.directory
        try:
            with listening:
                self._start(listening, region, account_id, extra_settings)
        except BaseException:
            shutil.rmtree(self.directory, ignore_errors=True)
            raise

    @property
    def log_path(self) -> Path:
        """What the server, the emulator and Lambda runtimes print."""
        return self.directory / "server.log"

    def log_tail(self, lines: int = _LOG_TAIL) -> str:
        """The last lines of the log."""
        if not self.log_path.exists():
            return ""
        return "\n".join(self.log_path.read_text(errors="replace").splitlines()[-lines:])

    def exit_status(self) -> int | None:
        """The server's exit status, given a moment to end; ``None`` while it runs."""
        try:
            return self._process.wait(timeout=_ENDING_SECONDS)
        except subprocess.TimeoutExpired:
            return None

    def stop(self) -> None:
        """End the server with all Lambda processes, and remove what it wrote."""
        # It keeps nothing that would be worth a gentle end, and leads a group of its own.
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        if self._process.stdin is not None:
            self._process.stdin.close()
        shutil.rmtree(self.directory, ignore_errors=True)

    def _start(
        self,
        listening: socket.socket,
        region: str,
        account_id: str,
        extra_settings: Mapping[str, str],
    ) -> None:
        port = int(listening.getsockname()[1])
        self.url = f"https://{HOSTS[0]}:{port}"
        (self.directory / "tmp").mkdir()
        (self._home / "cdk").mkdir(parents=True, exist_ok=True)
        (self._home / "aws-config").write_text("[default]\n")
        (self._home / "aws-credentials").touch()
        self.certificates = certificates.make(self._home)
        self.settings = client_settings(self._home, self.url, region, account_id, self.certificates)
        server = server_settings(self.directory, port, region, account_id, self.certificates)
        environment = {**without_foreign(), **self.settings, **server, **extra_settings}
        self._process = self._spawn(listening.fileno(), environment)

    def _spawn(self, descriptor: int, environment: dict[str, str]) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "local_aws.server", str(descriptor), str(self.directory)]
        with self.log_path.open("wb") as log:
            return subprocess.Popen(  # noqa: S603 - our own module with our own arguments
                command,
                env=environment,
                cwd=self.directory,
                stdin=subprocess.PIPE,  # never written to: its closing says that we are gone
                stdout=log,
                stderr=log,
                pass_fds=(descriptor,),
                start_new_session=True,
            )
