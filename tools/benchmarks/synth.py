"""What the construct costs when an app is synthesised, and how large its asset is."""

import ast
import io
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Final, TypedDict

from benchmarks import figures, peers, stacks
from benchmarks.markdown import Target, at_most, table

TITLE = "Synthesis and asset"

_KIB: Final = 1024


class Result(TypedDict):
    """What the section keeps; seconds.

    ``parts`` are KiB of the asset: what crhelper is of it, and how small ours alone would be
    without comments and docstrings.
    """

    targets: list[Target]
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
    ratio = figures.median(
        [mine / theirs for mine, theirs in zip(ours[1:], plain[1:], strict=True)]
    )
    return Result(
        targets=[
            at_most("synthesis, against a plain `CustomResource`", ratio, 1.10, " times"),
            at_most("asset, zipped", zip_kib, 40, " KiB"),
        ],
        runs=runs,
        ours=figures.median(ours[1:]),
        plain=figures.median(plain[1:]),
        zip_kib=zip_kib,
        files=len(files),
        parts=parts,
    )


def render(result: Result) -> str:
    """Write the section."""
    return "\n\n".join(
        [
            (
                f"Fresh processes that synthesise an app with one resource, {result['runs']} of "
                "each in turn; medians in seconds of this machine, most of which is the start of "
                "jsii. The target compares the two of each turn."
            ),
            table(
                ["", "seconds"],
                [("ours", result["ours"]), ("`Function` + `CustomResource`", result["plain"])],
            ),
            (
                f"The asset has {result['files']} files, {result['zip_kib']:.1f} KiB zipped, "
                f"{result['parts']['crhelper']:.1f} of it crhelper. There are sources in it and "
                "nothing else: no tests, no type stubs, no compiled files. Ours have "
                f"{result['parts']['ours']:.1f} KiB and would have "
                f"{result['parts']['bare']:.1f} without comments and docstrings, which stay: "
                "whoever opens the function in the console after a deployment has failed finds "
                "the code as it was written, and its reasons."
            ),
        ]
    )


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
