"""The list of mutations fits the provider as it is; trying them takes minutes, so not here."""

import ast
import shutil
from pathlib import Path

import pytest

from simulation.mutants import PACKAGE, ROOT
from simulation.mutation import Mutation
from simulation.mutations import MUTATIONS


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda one: one.name)
def test_a_mutation_can_be_made_and_is_python(mutation: Mutation, tmp_path: Path) -> None:
    package = tmp_path / PACKAGE
    shutil.copytree(ROOT / "provider" / PACKAGE, package)
    right = ast.parse((package / mutation.file).read_text())
    mutation.apply(package)
    wrong = ast.parse((package / mutation.file).read_text())
    compile(wrong, mutation.file, "exec")
    assert ast.dump(wrong) != ast.dump(right)
