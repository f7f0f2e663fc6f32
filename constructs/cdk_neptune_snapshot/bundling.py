"""The Lambda's code: the provider package and crhelper, put together without any tool."""

import importlib.util
from pathlib import Path

import aws_cdk as cdk
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from cdk_neptune_snapshot.fingerprint import content_digest, read_files

PACKAGES = ("crhelper", "neptune_snapshot_provider")
FILE_MODE, FOLDER_MODE = 0o644, 0o755


def provider_code(scope: Construct) -> lambda_.Code:
    """Assemble the sources inside the cloud assembly, where they stay until they are zipped.

    The hash is our own digest of names and contents, so that it depends neither on where the
    packages are installed nor on how the CDK stages assets.

    Raises:
        RuntimeError: A package is not installed.
    """
    files = {
        f"{package}/{name}": content
        for package in PACKAGES
        for name, content in read_files(_location(package), "*.py").items()
    }
    digest = content_digest(files)
    stage = cdk.Stage.of(scope)
    if stage is None:
        raise RuntimeError("The construct must be inside an aws_cdk.App")
    folder = Path(stage.asset_outdir) / f"neptune-snapshot-provider-{digest[:16]}"
    _write(folder, files)
    return lambda_.Code.from_asset(
        str(folder), asset_hash=digest, asset_hash_type=cdk.AssetHashType.CUSTOM
    )


def _location(package: str) -> Path:
    """Find an installed package without importing it, as crhelper would import boto3."""
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        raise RuntimeError(
            f"The package {package!r} is not installed, but the snapshot provider is made of it; "
            "reinstall cdk-neptune-snapshot with its dependencies"
        )
    return Path(spec.origin).parent


def _write(folder: Path, files: dict[str, bytes]) -> None:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        # The zip keeps modes, and Lambda runs as another user than the one who deploys.
        path.chmod(FILE_MODE)
        path.parent.chmod(FOLDER_MODE)
