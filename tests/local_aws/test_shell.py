"""The file that a shell sources leads to this AWS, whatever the shell knew before."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from local_aws import shell

HERE = {
    "AWS_ENDPOINT_URL": "https://127.0.0.1:14566",
    "AWS_CA_BUNDLE": "/home/some one/ca.pem",
    "SSL_CERT_FILE": "/home/some one/ca.pem",
    "REQUESTS_CA_BUNDLE": "/home/some one/ca.pem",
}
ELSEWHERE = {
    "AWS_ENDPOINT_URL": "https://elsewhere.invalid",
    "AWS_ENDPOINT_URL_NEPTUNE": "https://elsewhere.invalid",
    "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true",
    "AWS_PROFILE": "production",
    "AWS_SESSION_TOKEN": "a token\nAWS_of=two lines",
    "AWS_USE_FIPS_ENDPOINT": "true",
    "HTTPS_PROXY": "http://proxy.invalid",
}
"""Variables that send clients elsewhere, or make them fail."""
SHELLS = [name for name in ("bash", "dash", "zsh") if shutil.which(name)]


def source(
    name: str, folder: Path, **variables: str
) -> tuple["subprocess.CompletedProcess[str]", dict[str, str]]:
    """Source the file as strictly as a script may, and give the variables that programs see."""
    (folder / "env").write_text(shell.script(HERE))
    code = "import json, os; print(json.dumps(dict(os.environ)))"
    command = f"set -eu; . ./env; {sys.executable} -c '{code}'"
    path = f"{folder}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        [name, "-c", command],
        cwd=folder,
        env={"PATH": path, **variables},
        capture_output=True,
        text=True,
        check=True,
    )
    return done, json.loads(done.stdout)


def install_aws(folder: Path, version: str) -> None:
    """Put a command line of AWS into the folder that says so."""
    program = folder / "aws"
    program.write_text(f"#!/bin/sh\necho '{version}'\n")
    program.chmod(0o755)


@pytest.mark.parametrize("name", SHELLS)
def test_nothing_is_left_that_leads_elsewhere(name: str, tmp_path: Path) -> None:
    _, found = source(name, tmp_path, **ELSEWHERE)
    of_aws = {key: value for key, value in found.items() if key.startswith("AWS_")}
    assert of_aws == {key: value for key, value in HERE.items() if key.startswith("AWS_")}
    assert "HTTPS_PROXY" not in found


@pytest.mark.parametrize("name", SHELLS)
def test_other_programs_trust_what_they_trusted(name: str, tmp_path: Path) -> None:
    """Such as pip, curl and git, which read these variables too."""
    _, found = source(name, tmp_path, SSL_CERT_FILE="/etc/company.pem")
    assert found["SSL_CERT_FILE"] == "/etc/company.pem"
    assert "REQUESTS_CA_BUNDLE" not in found


@pytest.mark.parametrize("name", SHELLS)
@pytest.mark.parametrize(
    ("version", "warned"),
    [
        ("aws-cli/1.28.9 Python/3.9.2 Linux/5.10 botocore/1.30.9", "1.28"),
        ("aws-cli/1.29.0 Python/3.9.2 Linux/5.10 botocore/1.31.0", ""),
        ("aws-cli/1.45.11 Python/3.11.7 Linux/6.1 botocore/1.43.11", ""),
        ("aws-cli/2.12.7 Python/3.11.4 Linux/6.1 exe/x86_64.debian.12 prompt/off", "2.12"),
        ("aws-cli/2.9.19 Python/3.11.2 Linux/6.1 source/x86_64.debian.12 prompt/off", "2.9"),
        ("aws-cli/2.13.0 Python/3.11.4 Linux/6.1 exe/x86_64.debian.12 prompt/off", ""),
        ("aws-cli/2.31.35 Python/3.13.9 Linux/6.1 exe/x86_64.debian.13", ""),
        ("another program, 1.2.3", ""),
        ("", ""),
    ],
)
def test_a_command_line_that_would_call_aws_itself_is_named(
    name: str, version: str, warned: str, tmp_path: Path
) -> None:
    install_aws(tmp_path, version)
    done, _ = source(name, tmp_path)
    expected = f"The AWS CLI {warned} ignores AWS_ENDPOINT_URL and calls AWS itself:"
    assert done.stderr.startswith(expected) if warned else done.stderr == ""
