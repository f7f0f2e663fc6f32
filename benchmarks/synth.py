"""What the construct costs when an app is synthesised, and how large its asset is."""

import io
import tempfile
import zipfile
from pathlib import Path
from typing import Final, TypedDict

from benchmarks import figures, peers, stacks
from benchmarks.markdown import Target, at_most, table

TITLE = "Synthesis and asset"

_KIB: Final = 1024


class Result(TypedDict):
    """What the section keeps; seconds."""

    targets: list[Target]
    runs: int
    ours: float
    plain: float
    zip_kib: float
    files: int


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
                f"The asset has {result['files']} files, {result['zip_kib']:.1f} KiB zipped: the "
                "provider and crhelper."
            ),
        ]
    )


def zipped(folder: Path, files: list[Path]) -> int:
    """Zip files as the CDK does; gives the bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in files:
            archive.write(file, file.relative_to(folder))
    return len(buffer.getvalue())


def _synthesise(peer: str, directory: Path) -> float:
    return stacks.synthesise_apart(peer, "One", 1, directory).process
