"""The way back: what a snapshot does not hold of its cluster, kept in the snapshot's tags; pure.

A restored cluster gets default network, parameters and roles unless it is told otherwise, and by
then the old cluster may be gone. So the settings are written down when the snapshot is taken.
"""

import shlex
from collections.abc import Mapping
from typing import Final

from neptune_snapshot_provider.contract import IDENTIFIER_MAX, TAG_VALUE_MAX, OwnerTag, tag_problem

_TARGET_MAX: Final = IDENTIFIER_MAX - len("-restored")
_BETWEEN: Final = " / "
_WITHIN: Final = " "


def settings_tags(cluster: Mapping[str, object]) -> dict[str, str]:
    """Write a cluster's settings as tags; what no tag can hold is left out.

    Args:
        cluster: the API's record of the cluster.
    """
    items = [f"{name}={value}" for name, value in _settings(cluster) if _is_writable(value)]
    tags: dict[str, str] = {}
    for key in OwnerTag.RESTORE:
        text = ""
        while items and len(text) + len(_BETWEEN) + len(items[0]) <= TAG_VALUE_MAX:
            text = f"{text}{_BETWEEN}{items.pop(0)}" if text else items.pop(0)
        if text:
            tags[key] = text
    return tags


def command(snapshot_identifier: str, cluster: str, tags: Mapping[str, str]) -> str:
    """The command that makes a new cluster like the old one from a snapshot, on one line.

    The new cluster has no instances yet, and the old one's IAM roles are added by commands of
    their own behind it.

    Args:
        snapshot_identifier: the snapshot.
        cluster: identifier of the cluster it was taken of.
        tags: the snapshot's tags.
    """
    settings = _read(tags)
    target = f"{cluster[:_TARGET_MAX].rstrip('-')}-restored"
    parts = [
        "aws neptune restore-db-cluster-from-snapshot",
        f"--db-cluster-identifier {target}",
        f"--snapshot-identifier {snapshot_identifier}",
        "--engine neptune",
        *(_option(name, settings[name]) for name in _OPTIONS if name in settings),
    ]
    roles = [
        f"aws neptune add-role-to-db-cluster --db-cluster-identifier {target} --role-arn {role}"
        for role in settings.get("roles", "").split()
    ]
    return " && ".join((" ".join(parts), *roles))


_OPTIONS: Final = {
    "version": "--engine-version",
    "subnet-group": "--db-subnet-group-name",
    "security-groups": "--vpc-security-group-ids",
    "parameter-group": "--db-cluster-parameter-group-name",
    "port": "--port",
    "kms": "--kms-key-id",
    "storage": "--storage-type",
    "logs": "--enable-cloudwatch-logs-exports",
    "iam": "--enable-iam-database-authentication",
    "protected": "--deletion-protection",
    "copy-tags": "--copy-tags-to-snapshot",
    "capacity": "--serverless-v2-scaling-configuration",
}
_FLAGS: Final = ("iam", "protected", "copy-tags")
_LISTS: Final = ("security-groups", "logs")


def _option(name: str, value: str) -> str:
    if name in _FLAGS:
        return _OPTIONS[name]
    if name == "capacity":
        least, _, most = value.partition(_WITHIN)
        return f"{_OPTIONS[name]} {shlex.quote(f'MinCapacity={least},MaxCapacity={most}')}"
    words = value.split() if name in _LISTS else [value]
    return " ".join((_OPTIONS[name], *map(shlex.quote, words)))


def _settings(cluster: Mapping[str, object]) -> list[tuple[str, str]]:
    """The settings in the order of their weight: the last ones are left out first."""
    groups = _names(cluster.get("VpcSecurityGroups"), "VpcSecurityGroupId")
    roles = _names(cluster.get("AssociatedRoles"), "RoleArn")
    exports = cluster.get("EnabledCloudwatchLogsExports")
    logs = [str(one) for one in exports] if isinstance(exports, list) else []
    found = [
        ("version", cluster.get("EngineVersion")),
        ("subnet-group", cluster.get("DBSubnetGroup")),
        ("security-groups", _WITHIN.join(groups)),
        ("parameter-group", cluster.get("DBClusterParameterGroup")),
        ("port", cluster.get("Port")),
        ("iam", cluster.get("IAMDatabaseAuthenticationEnabled") and "on"),
        ("protected", cluster.get("DeletionProtection") and "on"),
        ("capacity", _capacity(cluster.get("ServerlessV2ScalingConfiguration"))),
        ("copy-tags", cluster.get("CopyTagsToSnapshot") and "on"),
        ("storage", cluster.get("StorageType")),
        ("logs", _WITHIN.join(logs)),
        ("kms", cluster.get("KmsKeyId")),
        ("roles", _WITHIN.join(roles)),
    ]
    return [(name, str(value)) for name, value in found if value]


def _capacity(scaling: object) -> str:
    if not isinstance(scaling, Mapping) or not scaling.get("MaxCapacity"):
        return ""
    return f"{scaling.get('MinCapacity')}{_WITHIN}{scaling['MaxCapacity']}"


def _names(items: object, key: str) -> list[str]:
    if not isinstance(items, list):
        return []
    return [str(item[key]) for item in items if isinstance(item, Mapping) and item.get(key)]


def _is_writable(value: str) -> bool:
    return tag_problem("key", value) is None


def _read(tags: Mapping[str, str]) -> dict[str, str]:
    text = _BETWEEN.join(tags[key] for key in OwnerTag.RESTORE if key in tags)
    pairs = (item.partition("=") for item in text.split(_BETWEEN) if item)
    return {name: value for name, _, value in pairs}
