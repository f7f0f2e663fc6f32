"""Help in groups, as plain text: boxes would break identifiers, and a log has no colours."""

from collections.abc import Mapping
from typing import Any, Final, TypeAlias

from typer.core import TyperCommand, TyperGroup

_OPTIONS: Final = "Options"
_COMMANDS: Final = "Commands"
_Rows: TypeAlias = list[tuple[str, str]]


class GroupedCommand(TyperCommand):
    """A command that shows its options below the headings that they were given."""

    def collect_usage_pieces(self, ctx: Any) -> list[str]:  # noqa: ANN401 - as typer has it
        """Write a required argument as other programs do."""
        return [piece.strip("{}") for piece in super().collect_usage_pieces(ctx)]

    def format_options(self, ctx: Any, formatter: Any) -> None:  # noqa: ANN401 - as typer has it
        """Write the arguments and the options."""
        _write_options(self, ctx, formatter)


class GroupedCommands(TyperGroup):
    """Commands below the headings that they were given."""

    def format_options(self, ctx: Any, formatter: Any) -> None:  # noqa: ANN401 - as typer has it
        """Write the commands before the options, as most people look for a command."""
        self.format_commands(ctx, formatter)
        _write_options(self, ctx, formatter)

    def format_commands(self, ctx: Any, formatter: Any) -> None:  # noqa: ANN401 - as typer has it
        """Write each command with a line about it."""
        groups: dict[str, _Rows] = {}
        for name in self.list_commands(ctx):
            command = self.get_command(ctx, name)
            heading = getattr(command, "rich_help_panel", None) or _COMMANDS
            if command and not command.hidden:
                row = (name, command.short_help or command.get_short_help_str())
                groups.setdefault(str(heading), []).append(row)
        _write(groups, formatter)


def _write_options(command: TyperCommand | TyperGroup, ctx: Any, formatter: Any) -> None:  # noqa: ANN401
    groups: dict[str, _Rows] = {}
    for one in command.get_params(ctx):
        record = one.get_help_record(ctx)
        if record is None:
            continue
        heading = getattr(one, "rich_help_panel", None) or _OPTIONS
        if one.param_type_name == "argument":
            # Without the name of its type, which is always text.
            heading, record = "Arguments", (one.metavar or one.name, getattr(one, "help", "") or "")
        groups.setdefault(heading, []).append(record)
    _write(groups, formatter)


def _write(groups: Mapping[str, _Rows], formatter: Any) -> None:  # noqa: ANN401 - as typer has it
    for heading, rows in groups.items():
        with formatter.section(heading):
            formatter.write_dl(rows)
