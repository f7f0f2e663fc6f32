"""``docs/cli.md`` names every command, option, exit status, key, reason and permission."""

import json
import re
from pathlib import Path

import pytest
import typer.main

from neptune_snapshot_cli import boto, caller, listing, stack_usage
from neptune_snapshot_cli.commands import app
from neptune_snapshot_cli.errors import ExitStatus
from neptune_snapshot_cli.refusals import action_of
from neptune_snapshot_provider.aws import client
from neptune_snapshot_provider.core import retention
from support.fake_aws import NOW, FakeAws

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "cli.md").read_text()
GROUP = typer.main.get_command(app)


REASONS = {
    listing.COPY,
    listing.FOREIGN,
    listing.NEWEST,
    listing.NOT_AVAILABLE,
    stack_usage.FAILED,
    stack_usage.IN_PROGRESS,
    stack_usage.LAST_GOOD,
    stack_usage.REPLACED,
    stack_usage.SHARED,
    *re.findall(r'return "([a-z-]+)"', Path(retention.__file__).read_text()),
    "newer-than-replaced",
} - {"new"}


def sections() -> dict[str, str]:
    """The text below each heading."""
    parts = re.split(r"^## (.+)$", PAGE, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


@pytest.mark.parametrize("command", ["take", "confirm", "watch", "list", "restore-plan"])
def test_every_option_is_in_it(command: str) -> None:
    context = typer.Context(GROUP)
    found = getattr(GROUP, "get_command")(context, command)  # noqa: B009 - a group's
    options = {name for one in found.params for name in one.opts if name.startswith("--")}
    assert {"--region", "--profile"} <= options
    section = sections()[command] + PAGE.split("## ")[0]
    assert {name for name in options if f"`{name}" not in section} == set()


def test_every_command_has_a_section() -> None:
    assert set(getattr(GROUP, "commands")) <= set(sections())  # noqa: B009 - a group's


def test_every_exit_status_is_in_it() -> None:
    listed = re.findall(r"^\| (\d+) \|", sections()["Exit status"], re.MULTILINE)
    assert [int(one) for one in listed] == list(ExitStatus)


def test_every_key_and_reason_is_in_it(fake: FakeAws) -> None:
    fake.put("s")
    rows, _ = listing.read(fake, cluster="", stack="", keep_last=1)
    keys = re.findall(r'^    "(\w+)":', listing.to_json(rows, NOW), re.MULTILINE)
    assert len(keys) == 15
    words = [*keys, *REASONS]
    assert [word for word in words if f"`{word}`" not in sections()["list"]] == []


def test_every_permission_is_in_it() -> None:
    modules = (boto, caller, client)
    text = "".join(Path(str(one.__file__)).read_text() for one in modules)
    # `RemoveTagsFromResource` is for updates of a resource.
    operations = set(re.findall(r'refusals\("(\w+)"\)', text)) - {"RemoveTagsFromResource"}
    used = {action_of(one) for one in operations}
    assert len(used) == 18
    named = re.findall(r"`((?:rds|cloudformation|ssm|sts):\w+)`", sections()["Permissions"])
    assert used == set(named)


def test_the_policy_of_take_allows_what_take_needs() -> None:
    statements = json.loads((ROOT / "docs" / "policies" / "take.json").read_text())["Statement"]
    allowed = {
        action
        for one in statements
        if one["Effect"] == "Allow"
        for action in ([one["Action"]] if isinstance(one["Action"], str) else one["Action"])
    }
    rows = re.findall(r"^\| `(?:take|confirm).*$", sections()["Permissions"], re.MULTILINE)
    named = set(re.findall(r"`((?:rds|ssm):\w+)`", "".join(rows)))
    assert allowed == named | {"rds:DescribeAccountAttributes"}
