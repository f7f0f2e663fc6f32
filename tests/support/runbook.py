"""The commands of ``docs/restore.md``."""

import re

from support import documents


def blocks() -> list[str]:
    """The blocks of commands, in their order."""
    return documents.blocks(documents.DOCS / "restore.md", "bash")


def script(**values: str) -> str:
    """All commands as one script that ends at the first failure, with its values filled in."""
    # Without the second line, bash continues after a list of && whose first command fails.
    checked = [f"{block}\n[ $? = 0 ] || exit 1" for block in blocks()]
    text = "\n".join(["set -euo pipefail", *checked])
    for name, value in values.items():
        text, count = re.subn(rf"^{name}=\S+", f"{name}={value}", text, flags=re.MULTILINE)
        assert count == 1, f"{name} is not filled in once"
    return text
