"""The cluster settings that a snapshot does not hold, stored in the snapshot's tags; pure.

A restored cluster gets default network, parameters and roles unless the restore command names
them, and by then the old cluster may be gone. So the provider stores the settings when it takes
the snapshot. It does not store Availability Zones, which follow from the subnet group, and
options that Neptune does not support (`DatabaseName`, `OptionGroupName`).
"""

import shlex
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import Field, dataclass, field, fields
from typing import Any, Final, TypeVar

from neptune_snapshot_provider.contract import (
    IDENTIFIER_MAX,
    RESTORE_TAGS,
    TAG_PUNCTUATION_UNPROVEN,
)
from neptune_snapshot_provider.core.packing import SEPARATOR, expand, fill
from neptune_snapshot_provider.name_rules import tag_problem

_T = TypeVar("_T")

_SUFFIX: Final = "-restored"
_NONE: Final[tuple[str, ...]] = ()
_OFF: Final = False


def settings_tags(cluster_fields: Mapping[str, object]) -> dict[str, str]:
    """Write the settings in the API's record of a cluster as tags."""
    return RestoreSettings.from_cluster(cluster_fields).to_tags()


def command(snapshot_identifier: str, cluster: str, tags: Mapping[str, str]) -> str:
    """Render the command that restores a snapshot of ``cluster`` which has these tags."""
    return RestoreSettings.from_tags(tags).command(snapshot_identifier, cluster)


def restored_identifier(cluster: str) -> str:
    """Name the cluster that the restore command creates from a snapshot of a cluster."""
    return f"{cluster[: IDENTIFIER_MAX - len(_SUFFIX)].rstrip('-')}{_SUFFIX}"


def _setting(default: _T, tag_name: str, record_key: str, option: str = "") -> _T:
    metadata = {"tag_name": tag_name, "record_key": record_key, "option": option}
    return field(default=default, metadata=metadata)


@dataclass(frozen=True, kw_only=True)
class RestoreSettings:
    """Settings of the old cluster; a setting that has its default value is empty.

    The fields are in the order of their weight: if the tags are full, the last ones are missing.
    ``capacity`` is the lowest and the highest capacity of a serverless cluster, separated by a
    space. Each of ``roles`` is the ARN of an IAM role, followed by ``:`` and its feature if it has
    one. ``missing`` names the settings that the tags do not hold, or do not hold completely.
    """

    engine_version: str = _setting("", "version", "EngineVersion", "--engine-version")
    subnet_group: str = _setting("", "subnet-group", "DBSubnetGroup", "--db-subnet-group-name")
    security_groups: tuple[str, ...] = _setting(
        _NONE, "security-groups", "VpcSecurityGroups", "--vpc-security-group-ids"
    )
    parameter_group: str = _setting(
        "", "parameter-group", "DBClusterParameterGroup", "--db-cluster-parameter-group-name"
    )
    port: str = _setting("", "port", "Port", "--port")
    network_type: str = _setting("", "network", "NetworkType", "--network-type")
    iam_authentication: bool = _setting(
        _OFF, "iam", "IAMDatabaseAuthenticationEnabled", "--enable-iam-database-authentication"
    )
    deletion_protection: bool = _setting(
        _OFF, "protected", "DeletionProtection", "--deletion-protection"
    )
    capacity: str = _setting(
        "", "capacity", "ServerlessV2ScalingConfiguration", "--serverless-v2-scaling-configuration"
    )
    copy_tags: bool = _setting(_OFF, "copy-tags", "CopyTagsToSnapshot", "--copy-tags-to-snapshot")
    storage_type: str = _setting("", "storage", "StorageType", "--storage-type")
    logs: tuple[str, ...] = _setting(
        _NONE, "logs", "EnabledCloudwatchLogsExports", "--enable-cloudwatch-logs-exports"
    )
    kms_key: str = _setting("", "kms", "KmsKeyId", "--kms-key-id")
    roles: tuple[str, ...] = _setting(_NONE, "roles", "AssociatedRoles")
    missing: tuple[str, ...] = _setting(_NONE, "missing", "")

    @classmethod
    def from_cluster(cls, record: Mapping[str, object]) -> "RestoreSettings":
        """Read the settings from the API's record of a cluster."""
        values: dict[str, Any] = {}
        for one in fields(cls):
            value = record.get(one.metadata["record_key"])
            values[one.name] = _typed(one.default, _texts(value))
        # Older versions of the AWS CLI refuse the option, so the default is left out.
        if values["network_type"] == "IPV4":
            values["network_type"] = ""
        return cls(**values)

    @classmethod
    def from_tags(cls, tags: Mapping[str, str]) -> "RestoreSettings":
        """Read the settings from a snapshot's tags, including tags of older versions."""
        found: dict[str, list[str]] = {}
        joined = SEPARATOR.join(tags.get(key, "") for key in RESTORE_TAGS)
        for item in joined.split(SEPARATOR):
            name, _, value = item.partition("=")
            found.setdefault(name, []).append(value)
        values: dict[str, Any] = {}
        for one in fields(cls):
            stored = found.get(one.metadata["tag_name"], [])
            if isinstance(one.default, tuple):
                stored = [word for text in stored for word in expand(text)]
            values[one.name] = _typed(one.default, stored)
        return cls(**values)

    def to_tags(self) -> dict[str, str]:
        """Write the settings as at most three tags, which name what they do not hold."""
        missing = set(self.missing)
        while True:
            texts, left_out = self._pack(missing)
            if left_out <= missing:
                return {key: text for key, text in zip(RESTORE_TAGS, texts, strict=True) if text}
            # The names of missing settings need space themselves.
            missing |= left_out

    def command(self, snapshot_identifier: str, cluster: str) -> str:
        """Render one line that creates a cluster with these settings from a snapshot.

        Neptune adds IAM roles to available clusters only, so the line waits for the cluster if
        there are roles. The line ends with the names of missing settings. It creates no instances.

        Args:
            snapshot_identifier: the snapshot.
            cluster: identifier of the cluster that the snapshot was taken of.
        """
        target = f"--db-cluster-identifier {shlex.quote(restored_identifier(cluster))}"
        source = f"--snapshot-identifier {shlex.quote(snapshot_identifier)} --engine neptune"
        restore = f"aws neptune restore-db-cluster-from-snapshot {target} {source}"
        steps = [" ".join((restore, *self._options()))]
        if self.roles:
            steps.append(f"aws rds wait db-cluster-available {target}")
        add_role = f"aws neptune add-role-to-db-cluster {target}"
        steps.extend(f"{add_role} {_role_options(role)}" for role in self.roles)
        if self.missing:
            # Not a comment: an interactive zsh passes a comment to the command as arguments.
            note = f"Not in the tags: {' '.join(self.missing)}"
            steps.append(f"echo {shlex.quote(note)}")
        return " && ".join(steps)

    def _pack(self, missing: Iterable[str]) -> tuple[list[str], set[str]]:
        """Distribute the settings over the tags; return the texts and what does not fit."""
        texts = [""] * len(RESTORE_TAGS)
        fill(texts, "missing", sorted(missing))
        left_out: set[str] = set()
        for one in fields(self)[:-1]:
            # Neptune's default is the key of the snapshot, so the key gives way to other settings.
            if missing and one.name == "kms_key":
                continue
            tag_name, words = one.metadata["tag_name"], _words(getattr(self, one.name))
            storable = [word for word in words if _is_storable(one, word)]
            if fill(texts, tag_name, storable) or len(storable) < len(words):
                left_out.add(tag_name)
        return texts, left_out

    def _options(self) -> Iterator[str]:
        for one in fields(self):
            option, value = one.metadata["option"], getattr(self, one.name)
            if one.name == "capacity":
                least, _, most = self.capacity.partition(" ")
                value = f"MinCapacity={least},MaxCapacity={most}" if most else ""
            if option and value:
                words = [] if value is True else map(shlex.quote, _words(value))
                yield " ".join((option, *words))


def _is_storable(setting: Field[Any], word: str) -> bool:
    """Whether a word of a setting is the same after it was read from a tag."""
    text = f"{setting.metadata['tag_name']}={word}"
    if tag_problem("key", text) or set(text) & set(TAG_PUNCTUATION_UNPROVEN):
        return False
    if not isinstance(setting.default, tuple):
        return word == word.strip() and SEPARATOR not in f" {word} "
    # Only the ARNs of roles are paths, which `packing` shortens.
    start, slash, last = word.rpartition("/")
    is_usual = bool(start and last) if setting.name == "roles" else not slash
    return is_usual and word.split() == [word]


def _typed(default: object, texts: Sequence[str]) -> object:
    if isinstance(default, tuple):
        return tuple(texts)
    text = texts[-1] if texts else ""
    return bool(text) if isinstance(default, bool) else text


def _words(value: object) -> list[str]:
    if isinstance(value, tuple):
        return [str(one) for one in value]
    return ["on" if value is True else str(value)] if value else []


def _role_options(role: str) -> str:
    path, slash, last = role.rpartition("/")
    name, _, feature = last.partition(":")
    arn = f"--role-arn {shlex.quote(path + slash + name)}"
    return f"{arn} --feature-name {shlex.quote(feature)}" if feature else arn


def _texts(value: object) -> list[str]:
    values = value if isinstance(value, list) else [value]
    return [text for text in map(_text, values) if text]


def _text(value: object) -> str:
    """Write a value of the API's record; a security group, role or capacity is a record itself."""
    if not isinstance(value, Mapping):
        return str(value) if value else ""
    if group := value.get("VpcSecurityGroupId"):
        return str(group)
    if arn := value.get("RoleArn"):
        return f"{arn}:{value['FeatureName']}" if value.get("FeatureName") else str(arn)
    least, most = value.get("MinCapacity"), value.get("MaxCapacity")
    return f"{least} {most}" if least and most else ""
