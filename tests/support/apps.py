"""The apps in ``tests/apps``: clients of the library, as companies have them."""

from dataclasses import dataclass
from pathlib import Path

from support.deployment import ROOT

FOLDER = ROOT / "tests" / "apps"


@dataclass(frozen=True)
class App:
    """One app; ``stacks`` are those to deploy, in order, none if the emulator cannot run it."""

    path: Path
    stacks: tuple[str, ...] = ()
    is_removable: bool = True

    @property
    def name(self) -> str:
        return self.path.parent.name if self.path.stem == "app" else self.path.stem


APPS = (
    App(FOLDER / "graph_platform.py", ("GraphPlatform", "GraphService")),
    App(FOLDER / "knowledge_graph.py", ("KnowledgeGraph",)),
    # The emulator says that something in the VPC remains, once Aurora and DocumentDB are deleted.
    App(FOLDER / "many_databases.py", ("ManyDatabases",), is_removable=False),
    App(FOLDER / "existing_template" / "app.py", ("ExistingTemplate",)),
    App(FOLDER / "pipeline.py"),
)
