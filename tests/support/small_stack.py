"""Stacks of snapshots and nothing else, deployed without the CDK: the provider itself is real."""

import importlib.util
import json
from pathlib import Path
from typing import Any

from deployment.migration import CODE
from local_aws import LocalAws
from neptune_snapshot_provider.contract import RESOURCE_TYPE
from support import functions

_PACKAGES = ("crhelper", "neptune_snapshot_provider")


def install(aws: LocalAws) -> None:
    """Create the two functions that the stacks call."""
    sources = {
        f"{package}/{file.relative_to(folder).as_posix()}": file.read_text()
        for package in _PACKAGES
        for folder in [_folder(package)]
        for file in folder.rglob("*.py")
    }
    handler = "neptune_snapshot_provider.handler.handler"
    functions.create(aws, sources, "provider", handler=handler, timeout=900)
    functions.create(aws, CODE, "migration")


def snapshot(aws: LocalAws, cluster: str, **properties: str) -> dict[str, Any]:
    """A resource that takes a snapshot."""
    given = {"DBClusterIdentifier": cluster, **properties}
    return {
        "Type": RESOURCE_TYPE,
        "DeletionPolicy": "Retain",
        "UpdateReplacePolicy": "Retain",
        "Properties": {"ServiceToken": functions.arn(aws, "provider"), **given},
    }


def migration(aws: LocalAws, after: str, *, fail: bool, version: str = "1") -> dict[str, Any]:
    """A resource that comes after another one, and fails if asked to."""
    given = {"Fail": str(fail).lower(), "Version": version, "Id": "migration"}
    return {
        "Type": "Custom::Migration",
        "DependsOn": [after],
        "Properties": {"ServiceToken": functions.arn(aws, "migration"), **given},
    }


def create(aws: LocalAws, name: str, resources: dict[str, Any]) -> None:
    """Begin to create a stack."""
    body = json.dumps({"Resources": resources})
    aws.client("cloudformation").create_stack(StackName=name, TemplateBody=body)


def update(aws: LocalAws, name: str, resources: dict[str, Any]) -> None:
    """Begin to update a stack."""
    body = json.dumps({"Resources": resources})
    aws.client("cloudformation").update_stack(StackName=name, TemplateBody=body)


def _folder(package: str) -> Path:
    spec = importlib.util.find_spec(package)
    assert spec
    assert spec.origin
    return Path(spec.origin).parent
