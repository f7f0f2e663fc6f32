"""The Lambda's code: what is in it, and that its hash depends on nothing else."""

import importlib.util
import json
import sys
from pathlib import Path

import aws_cdk as cdk
import pytest

from cdk_neptune_snapshot.bundling import provider_code
from construct.templates import Json, new_stack, take
from support.packages import run


def synth(outdir: Path, **context: object) -> Json:
    """Synthesise several stacks; give the hash of the asset and where its files are."""
    app = cdk.App(outdir=str(outdir), context=context)
    stage = cdk.Stage(app, "Stage")
    for scope, name in ((app, "One"), (app, "Two"), (stage, "Three")):
        take(cdk.Stack(scope, name))
    app.synth()
    manifest = json.loads((outdir / "One.assets.json").read_text())
    (found,) = [
        {"hash": digest, "path": outdir / asset["source"]["path"]}
        for digest, asset in manifest["files"].items()
        if asset["source"]["packaging"] == "zip"
    ]
    return found


def source(package: str) -> Path:
    """Find a package, or a module."""
    spec = importlib.util.find_spec(package)
    assert spec
    assert spec.origin
    origin = Path(spec.origin)
    return origin.parent if origin.name == "__init__.py" else origin


def files_in(folder: Path) -> dict[str, bytes]:
    return {
        file.relative_to(folder).as_posix(): file.read_bytes()
        for file in folder.rglob("*")
        if file.is_file()
    }


@pytest.fixture(scope="module")
def asset(tmp_path_factory: pytest.TempPathFactory) -> Json:
    return synth(tmp_path_factory.mktemp("cdk.out"))


def test_it_holds_the_sources_of_two_packages_and_nothing_else(asset: Json) -> None:
    names = files_in(asset["path"])
    assert {name.split("/")[0] for name in names} == {"crhelper", "neptune_snapshot_provider"}
    assert all(name.endswith(".py") for name in names)
    for package in ("crhelper", "neptune_snapshot_provider"):
        assert {f"{package}/{path.name}" for path in source(package).glob("*.py")} <= set(names)
    # Lambda can read them.
    modes = {path.stat().st_mode & 0o777 for path in asset["path"].rglob("*") if path.is_file()}
    assert modes == {0o644}


def test_its_hash_does_not_depend_on_staging_or_the_folder(asset: Json, tmp_path: Path) -> None:
    unstaged = synth(tmp_path, **{"aws:cdk:disable-asset-staging": True})
    assert unstaged["hash"] == asset["hash"]
    assert files_in(unstaged["path"]) == files_in(asset["path"])
    assert synth(tmp_path)["hash"] == synth(tmp_path)["hash"] == asset["hash"]


def test_its_hash_follows_the_sources(
    asset: Json, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "site" / "crhelper"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("changed = True")
    monkeypatch.syspath_prepend(package.parent)
    # Another test may have imported the real one.
    monkeypatch.delitem(sys.modules, "crhelper", raising=False)
    assert synth(tmp_path / "cdk.out")["hash"] != asset["hash"]


def test_it_imports_with_nothing_but_the_runtime_beside_it(asset: Json, tmp_path: Path) -> None:
    """Lambda's runtime has boto3 and what it needs."""
    for name in ("boto3", "botocore", "dateutil", "jmespath", "s3transfer", "six", "urllib3"):
        (tmp_path / source(name).name).symlink_to(source(name))
    script = (
        f"import sys; sys.path += {[str(asset['path']), str(tmp_path)]!r}; "
        "sys.dont_write_bytecode = True; "
        "from neptune_snapshot_provider import entry, handler; assert callable(entry.handler); "
        "assert handler._aws.cache_info().currsize"  # made while it starts
    )
    environment = {"AWS_DEFAULT_REGION": "eu-west-1", "AWS_LAMBDA_FUNCTION_NAME": "provider"}
    done = run(sys.executable, "-I", "-S", "-c", script, env=environment)
    assert done.returncode == 0, done.stderr


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)
    with pytest.raises(RuntimeError, match="The package 'crhelper' is not installed"):
        provider_code(new_stack())
