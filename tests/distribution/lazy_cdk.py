"""Runs a script with an old CDK that loads its services when they are used, as new ones do.

Old releases import all 250 services first, which takes 20 CPU seconds.
"""

import runpy
import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec, PathFinder
from importlib.util import LazyLoader
from types import ModuleType

import publication  # type: ignore[import-untyped] # it has no types


class _ServicesWhenUsed(PathFinder):
    @classmethod
    def find_spec(
        cls,
        fullname: str,
        path: Sequence[str] | None = None,
        target: ModuleType | None = None,
    ) -> ModuleSpec | None:
        if not fullname.startswith("aws_cdk.aws_"):
            return None
        spec = super().find_spec(fullname, path, target)
        if spec and spec.loader:
            spec.loader = LazyLoader(spec.loader)
        return spec


# It replaces a module by one with its public names only, which a lazy loader does not permit.
publication.publish = lambda: None
sys.meta_path.insert(0, _ServicesWhenUsed)
script, *arguments = sys.argv[1:]
sys.argv = [script, *arguments]
runpy.run_path(script, run_name="__main__")
