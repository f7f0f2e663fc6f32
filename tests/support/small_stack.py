"""Stacks of snapshots and nothing else, deployed without the CDK: the provider itself is real."""

import importlib.util
import io
import json
import zipfile
from pathlib import Path
from typing import Any

from deployment.migration import CODE
from local_aws import LocalAws
from neptune_snapshot_provider.contract import RESOURCE_TYPE

_PACKAGES = ("crhelper", "neptune_snapshot_provider")


def install(aws: LocalAws) -> None:
    """Create the two functions that the stacks call."""
    sources = {
        f"{package}/{file.relative_to(folder).as_posix()}": file.read_text()
        for package in _PACKAGES
        for folder in [_folder(package)]
        for file in folder.rglob("*.py")
    }
    _create(aws, "provider", "neptune_snapshot_provider.handler.handler", sources)
    _create(aws, "migration", "index.handler", {"index.py": CODE})


def snapshot(aws: LocalAws, cluster: str, **properties: str) -> dict[str, Any]:
    """A resource that takes a snapshot."""
    given = {"DBClusterIdentifier": cluster, **properties}
    return {
        "Type": RESOURCE_TYPE,
        "DeletionPolicy": "Retain",
        "UpdateReplacePolicy": "Retain",
        "Properties": {"ServiceToken": _arn(aws, "provider"), **given},
    }


def migration(aws: LocalAws, after: str, *, fail: bool, version: str = "1") -> dict[str, Any]:
    """A resource that comes after another one, and fails if asked to."""
    given = {"Fail": str(fail).lower(), "Version": version, "Id": "migration"}
    return {
        "Type": "Custom::Migration",
        "DependsOn": [after],
        "Properties": {"ServiceToken": _arn(aws, "migration"), **given},
    }


def create(aws: LocalAws, name: str, resources: dict[str, Any]) -> None:
    """Begin to create a stack."""
    body = json.dumps({"Resources": resources})
    aws.client("cloudformation").create_stack(StackName=name, TemplateBody=body)


def update(aws: LocalAws, name: str, resources: dict[str, Any]) -> None:
    """Begin to update a stack."""
    body = json.dumps({"Resources": resources})
    aws.client("cloudformation").update_stack(StackName=name, TemplateBody=body)


def _create(aws: LocalAws, name: str, handler: str, sources: dict[str, str]) -> None:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for path, text in sources.items():
            archive.writestr(path, text)
    aws.client("lambda").create_function(
        FunctionName=name,
        Runtime="python3.13",
        Handler=handler,
        Role=f"arn:aws:iam::{aws.account_id}:role/any",
        Code={"ZipFile": content.getvalue()},
        Timeout=900,
    )


def _folder(package: str) -> Path:
    spec = importlib.util.find_spec(package)
    assert spec
    assert spec.origin
    return Path(spec.origin).parent


def _arn(aws: LocalAws, function: str) -> str:
    return f"arn:aws:lambda:{aws.region}:{aws.account_id}:function:{function}"
