"""The real ``cdk`` command line, run on local AWS with its output kept for when it is needed."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from local_aws.client import LocalAws

PROJECT = Path(__file__).resolve().parents[2]
_LOOK_SECONDS = 0.2


class CdkError(RuntimeError):
    """The command failed.

    Attributes:
        output: All it printed.
    """

    def __init__(self, command: str, output: str) -> None:
        """Keep what it printed."""
        super().__init__(f"{command} failed")
        self.output = output


class Cdk:
    """Runs ``cdk`` commands for the app of this project."""

    def __init__(self, aws: LocalAws) -> None:
        """Find the command.

        Raises:
            FileNotFoundError: It is not installed.
        """
        places = (PROJECT / "node_modules" / ".bin", Path(sys.executable).parent)
        path = os.pathsep.join([*map(str, places), aws.environment.get("PATH", "")])
        command = shutil.which("cdk", path=path)
        if command is None:
            raise FileNotFoundError("the CDK's command line is not installed; `make setup` does it")
        self._command = command
        self._environment = {**aws.environment, "PATH": path}
        self._directory = aws.directory
        self._assembly = aws.directory / "cdk.out"

    def bootstrap(self, account_id: str, region: str) -> None:
        """Prepare the account for deployments."""
        # Elsewhere than in the project, so that the app is not synthesised for it.
        self._run(["bootstrap", f"aws://{account_id}/{region}"], cwd=self._directory)

    def deploy(self, cluster: str, meanwhile: Callable[[], None]) -> dict[str, str]:
        """Deploy the app.

        Args:
            cluster: The cluster to take a snapshot of.
            meanwhile: Called again and again while it runs.

        Returns:
            The stack's outputs.
        """
        file = self._directory / "outputs.json"
        # A rollback would delete the provider's log group, and with it what explains the failure.
        options = ["--require-approval", "never", "--no-rollback", "--outputs-file", str(file)]
        arguments = ["deploy", "-c", f"cluster={cluster}", "--output", str(self._assembly)]
        self._run([*arguments, *options], cwd=PROJECT, meanwhile=meanwhile)
        (outputs,) = json.loads(file.read_text()).values()
        return dict(outputs)

    def destroy(self) -> None:
        """Destroy what was deployed; the app is not synthesised again."""
        self._run(["destroy", "--force", "--app", str(self._assembly)], cwd=PROJECT)

    def _run(
        self, arguments: list[str], cwd: Path, meanwhile: Callable[[], None] | None = None
    ) -> None:
        log = self._directory / f"cdk-{arguments[0]}.log"
        with log.open("wb") as output:
            process = subprocess.Popen(  # noqa: S603 - our own command line
                [self._command, *arguments],
                cwd=cwd,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        try:
            while process.poll() is None:
                if meanwhile is not None:
                    meanwhile()
                time.sleep(_LOOK_SECONDS)
        finally:
            # It starts Python and Node processes of its own: they are in its group.
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        if process.returncode != 0:
            raise CdkError(f"cdk {arguments[0]}", log.read_text(errors="replace"))
