"""Checks of the codes by which AWS refuses what is not there or cannot be done."""

from collections.abc import Mapping
from functools import partial
from typing import Final

from aws_smoke.checks.finding import CHECKS, Check, Finding, whether
from aws_smoke.evidence import Evidence

_NO_SNAPSHOT: Final = "DBClusterSnapshotNotFoundFault"
_NO_RULE: Final = ("", "ResourceNotFoundException")

_REFUSALS: Final[Mapping[str, tuple[str, Mapping[str, tuple[str, ...]]]]] = {
    "a_taken_name_is_refused": ("N3", {"create-again": ("DBClusterSnapshotAlreadyExistsFault",)}),
    "what_is_not_there_is_named_so": (
        *("N5", {"no-snapshot": (_NO_SNAPSHOT,), "no-cluster": ("DBClusterNotFoundFault",)}),
    ),
    "what_is_not_available_is_not_deleted": (
        *("N15", {"delete-while-creating": ("InvalidDBClusterSnapshotStateFault",)}),
    ),
    "a_deleted_snapshot_is_not_found": ("N16", {"deleted": (_NO_SNAPSHOT,)}),
    "the_tags_of_no_snapshot_are_not_found": ("N22", {"no-snapshot-tags": (_NO_SNAPSHOT,)}),
    "a_stack_that_is_not_there_is_a_validation_error": (
        "CFN28",
        {"no-stack": ("ValidationError",)},
    ),
    "what_is_not_there_is_not_found_by_eventbridge": (
        *("E5", {"no-targets": _NO_RULE, "no-rule": _NO_RULE}),
    ),
    "a_missing_parameter_is_named_so": ("SSM1", {"no-parameter": ("ParameterNotFound",)}),
}
"""The assumption of each check, and the codes expected for its questions; "" is no refusal."""


def _judge(expected: Mapping[str, tuple[str, ...]], evidence: Evidence) -> Finding:
    codes = {question: evidence.code(question) for question in expected}
    shown = "; ".join(f"{question}: {code or 'no refusal'}" for question, code in codes.items())
    return whether(all(code in expected[question] for question, code in codes.items()), shown)


for _name, (_id, _expected) in _REFUSALS.items():
    CHECKS[_name] = Check(_name, (_id,), partial(_judge, _expected))
