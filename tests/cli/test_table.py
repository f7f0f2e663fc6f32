"""The list as a person reads it: identifiers stay on one line, however narrow the terminal is."""

import io

import pytest
from rich.console import Console

from neptune_snapshot_cli import listing, table
from support.fake_aws import NOW, FakeAws, owned

NAME = "a-snapshot-with-a-long-name-" + "n" * 35


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def printed(fake: FakeAws, file: io.StringIO, width: int) -> list[str]:
    fake.put(NAME, tags=owned())
    rows, _ = listing.read(fake, cluster="", stack="", keep_last=1)
    table.print_rows(Console(file=file, width=width, no_color=True, color_system=None), rows, NOW)
    return file.getvalue().splitlines()


@pytest.mark.parametrize("width", [20, 40, 80, 120, 300])
def test_an_identifier_is_never_broken_across_lines(fake: FakeAws, width: int) -> None:
    lines = printed(fake, Terminal(), width)
    assert any(NAME in line for line in lines)
    assert any("my-stack / Before" in line for line in lines)
    assert any("kept: newest" in line for line in lines)


def test_a_narrow_terminal_gets_a_block_for_each_snapshot(fake: FakeAws) -> None:
    lines = printed(fake, Terminal(), 80)
    assert lines[0] == NAME
    assert "  taken by: my-stack / Before" in lines


def test_a_file_gets_one_line_for_each_snapshot(fake: FakeAws) -> None:
    heading, row = printed(fake, io.StringIO(), 80)
    assert heading.startswith("SNAPSHOT")
    assert row.split()[0] == NAME
    assert row.endswith("kept: newest")
