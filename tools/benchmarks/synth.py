"""How long the synthesis of an app takes, and how large the asset is."""

import ast
import io
import tempfile
import zipfile
from collections.abc import Callable
from operator import itemgetter
from pathlib import Path
from statistics import median
from typing import Final, TypedDict

from benchmarks import peers, stacks
from benchmarks.markdown import Target, at_most, table

TITLE = "Synthesis and asset"

_KIB: Final = 1024


class Result(TypedDict):
    """What the section keeps, in seconds; ``ratio`` is the median ratio of ours to the plain one.

    ``parts`` are KiB of the asset: crhelper, ours, and ours without comments and docstrings.
    """

    ratio: float
    runs: int
    ours: float
    plain: float
    zip_kib: float
    files: int
    parts: dict[str, float]


def measure(*, quick: bool) -> Result:
    """Synthesise both apps in turn."""
    runs = 3 if quick else 9
    ours, plain = [], []
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        for run in range(runs + 1):
            ours.append(_synthesise(peers.OURS, directory / f"ours-{run}"))
            plain.append(_synthesise(peers.NO_OP, directory / f"plain-{run}"))
        (asset,) = (directory / "ours-0").glob("asset.*")
        files = sorted(asset.rglob("*.py"))
        zip_kib = zipped(asset, files) / _KIB
        parts = _parts(asset, files)
    # The first of each fills the file cache.
    return Result(
        ratio=median(mine / theirs for mine, theirs in zip(ours[1:], plain[1:], strict=True)),
        runs=runs,
        ours=median(ours[1:]),
        plain=median(plain[1:]),
        zip_kib=zip_kib,
        files=len(files),
        parts=parts,
    )


def targets(result: Result) -> list[Target]:
    """Compare with what was promised."""
    what = "synthesis, against a plain `CustomResource`"
    return [at_most(what, result["ratio"], 1.10, " times")]


def render(result: Result) -> list[str]:
    """Write the section."""
    rows = [("ours", result["ours"]), ("`Function` + `CustomResource`", result["plain"])]
    return [
        (
            f"Fresh processes synthesize an app with one resource, {result['runs']} of each in "
            "turn. Medians, mostly the start of jsii. The target compares the two of each turn."
        ),
        table(rows, ("", itemgetter(0)), ("seconds", itemgetter(1))),
        (
            f"The asset has {result['files']} files, {result['zip_kib']:.1f} KiB zipped, "
            f"{result['parts']['crhelper']:.1f} of it crhelper, "
            f"{result['parts']['ours']:.1f} ours, {result['parts']['bare']:.1f} without "
            "comments and docstrings. It has "
            "[no target](adr/0007-no-target-for-the-asset.md)."
        ),
    ]


def zipped(folder: Path, files: list[Path], read: Callable[[Path], str] = Path.read_text) -> int:
    """Zip files as the CDK does; gives the bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in files:
            archive.writestr(file.relative_to(folder).as_posix(), read(file))
    return len(buffer.getvalue())


def bare(source: str) -> str:
    """Give code without its comments and docstrings."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        for name in ("body", "orelse", "finalbody"):
            if isinstance(statements := getattr(node, name, None), list):
                kept = [one for one in statements if not _is_text(one)]
                setattr(node, name, kept or [ast.Pass()] * bool(statements))
    return ast.unparse(tree)


def _is_text(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def _parts(asset: Path, files: list[Path]) -> dict[str, float]:
    ours = [file for file in files if file.parent.name != "crhelper"]
    theirs = [file for file in files if file.parent.name == "crhelper"]
    return {
        "crhelper": zipped(asset, theirs) / _KIB,
        "ours": zipped(asset, ours) / _KIB,
        "bare": zipped(asset, ours, lambda file: bare(file.read_text())) / _KIB,
    }


def _synthesise(peer: str, directory: Path) -> float:
    return stacks.synthesise_apart(peer, "One", 1, directory).process
