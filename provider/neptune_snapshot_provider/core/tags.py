"""Which of a snapshot's tags change; pure."""

from collections.abc import Mapping

from neptune_snapshot_provider.core.steps import ChangeTags


def tag_change(
    arn: str, old: Mapping[str, str], new: Mapping[str, str], actual: Mapping[str, str]
) -> ChangeTags | None:
    """Find the tags to remove and to add; ``None`` if there are none.

    Only what this resource once set is removed: other tags are somebody else's.
    """
    remove = tuple(key for key in old if key not in new and key in actual)
    add = {key: value for key, value in new.items() if actual.get(key) != value}
    return ChangeTags(arn, remove, add) if remove or add else None
