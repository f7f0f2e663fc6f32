"""The documentation site builds without a complaint and needs nobody else's host."""

import re
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest

import cdk_neptune_snapshot
from support.deployment import ROOT
from support.documents import DOCS, PAGES
from support.examples import all_examples
from support.packages import Environment

LOADS = {
    "audio": "src",
    "embed": "src",
    "iframe": "src",
    "img": "src",
    "link": "href",
    "object": "data",
    "script": "src",
    "source": "src",
    "video": "src",
}
"""What a browser fetches by itself while it shows a page."""


class Loaded(HTMLParser):
    """Collects what a page loads."""

    def __init__(self) -> None:
        super().__init__()
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        address = dict(attrs).get(LOADS.get(tag, ""))
        if address:
            self.addresses.append(address)


def loaded_by(page: Path) -> list[str]:
    parser = Loaded()
    parser.feed(page.read_text())
    return parser.addresses


@pytest.fixture(scope="module")
def mkdocs(tmp_path_factory: pytest.TempPathFactory) -> Environment:
    """An environment with what ``make docs`` installs and nothing else."""
    folder = tmp_path_factory.mktemp("mkdocs")
    made = Environment.create(folder / "environment", Path(sys.executable))
    made.install("-r", ROOT / "requirements-docs.txt")
    return made


@pytest.fixture(scope="module")
def site(mkdocs: Environment, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build it with every warning an error: dead links and anchors, pages nobody links to."""
    folder = tmp_path_factory.mktemp("site")
    done = mkdocs.run("-m", "mkdocs", "build", "--strict", "--site-dir", folder, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    return folder


def html(site: Path) -> Iterator[Path]:
    return site.rglob("*.html")


def test_every_page_is_there(site: Path) -> None:
    expected = {page.relative_to(DOCS).with_suffix(".html").as_posix() for page in PAGES}
    assert expected <= {page.relative_to(site).as_posix() for page in html(site)}
    assert {"index.html", "troubleshooting.html", "adr/index.html"} <= expected


def test_nothing_is_loaded_from_another_host(site: Path) -> None:
    for page in html(site):
        foreign = [one for one in loaded_by(page) if re.match(r"(https?:)?//", one)]
        assert foreign == [], page
    for style in site.rglob("*.css"):
        assert not re.search(r"(url\(|@import)\s*['\"]?(https?:)?//", style.read_text()), style


def test_what_a_page_loads_is_part_of_the_site(site: Path) -> None:
    for page in html(site):
        # The error page is served from any address, so its paths start at the top.
        folder = site if page.name == "404.html" else page.parent
        for address in loaded_by(page):
            path = address.partition("#")[0].partition("?")[0].lstrip("/")
            assert path.startswith("data:") or (folder / path).is_file(), (page, address)


def test_every_public_name_is_in_the_reference(site: Path) -> None:
    text = (site / "api.html").read_text()
    for name in cdk_neptune_snapshot.__all__:
        assert f'id="cdk_neptune_snapshot.{name}"' in text
    for name in ("before", "from_snapshot_arn", "snapshot_arn", "restore_command"):
        assert f'id="cdk_neptune_snapshot.DatabaseClusterSnapshot.{name}"' in text


def test_every_example_is_shown(site: Path) -> None:
    text = (site / "examples.html").read_text()
    assert text.count('app</span><span class="o">.</span><span class="n">synth') == len(
        all_examples()
    )
    page = (DOCS / "examples.md").read_text()
    for example in all_examples():
        assert f"\n{example.relative_to(ROOT).as_posix()}\n" in page


def test_a_dead_link_is_noticed(mkdocs: Environment, tmp_path: Path) -> None:
    """The settings are strict: a page with a dead link and a dead anchor does not build."""
    settings = (ROOT / "mkdocs.yml").read_text()
    assert "docs_dir: docs\n" in settings
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "index.md").write_text("[page](gone.md) [anchor](#gone)\n")
    start, _, rest = settings.partition("nav:\n")
    changed = start + rest[rest.index("validation:\n") :]
    (tmp_path / "mkdocs.yml").write_text(changed)
    done = mkdocs.run("-m", "mkdocs", "build", "--strict", cwd=tmp_path)
    assert done.returncode != 0
    assert "'gone.md'" in done.stderr
    assert "'#gone'" in done.stderr
