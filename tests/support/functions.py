"""Lambda functions on local AWS that are created without the CDK, and the context of one."""

import io
import textwrap
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import count

from local_aws import LocalAws

NOTHING = "def handler(event, context): pass\n"
"""A function that does nothing, so that a rule has a target."""
_numbers = count(1)


@dataclass
class Context:
    """Lambda's context with ``remaining`` seconds left."""

    remaining: float = 900.0
    function_name: str = "Provider"

    def get_remaining_time_in_millis(self) -> int:
        return int(self.remaining * 1000)


def create(
    aws: LocalAws,
    source: str | Mapping[str, str],
    name: str = "",
    *,
    handler: str = "index.handler",
    timeout: int = 60,
) -> str:
    """Create a function and return its name.

    ``source`` is its only module, or the text of each file. What it prints is in the log group
    ``/group/of/<name>``.
    """
    files = {"index.py": textwrap.dedent(source)} if isinstance(source, str) else source
    name = name or f"function-{next(_numbers)}"
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for path, text in files.items():
            archive.writestr(path, text)
    aws.client("lambda").create_function(
        FunctionName=name,
        Runtime="python3.13",
        Handler=handler,
        Role=f"arn:aws:iam::{aws.account_id}:role/any",
        Code={"ZipFile": content.getvalue()},
        LoggingConfig={"LogGroup": f"/group/of/{name}"},
        Timeout=timeout,
    )
    return name


def arn(aws: LocalAws, name: str) -> str:
    """Return the ARN of a function."""
    return f"arn:aws:lambda:{aws.region}:{aws.account_id}:function:{name}"
