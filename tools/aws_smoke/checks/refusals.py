"""Checks of the codes by which AWS refuses what is not there or cannot be done."""

from collections.abc import Mapping
from typing import Final

from aws_smoke.checks.finding import CHECKS, Check, Finding, whether
from aws_smoke.evidence import Evidence

_NO_SNAPSHOT: Final = ("DBClusterSnapshotNotFoundFault",)
_NO_CLUSTER: Final = ("DBClusterNotFoundFault",)
_TAKEN: Final = ("DBClusterSnapshotAlreadyExistsFault",)
_UNFINISHED: Final = ("InvalidDBClusterSnapshotStateFault",)
_NO_STACK: Final = ("ValidationError",)
_NO_PARAMETER: Final = ("ParameterNotFound",)
_NO_RULE: Final = ("", "ResourceNotFoundException")
_MISSING: Final = {"no-snapshot": _NO_SNAPSHOT, "no-cluster": _NO_CLUSTER}
_RULES: Final = {"no-targets": _NO_RULE, "no-rule": _NO_RULE}


def _add(name: str, assumption: str, expected: Mapping[str, tuple[str, ...]]) -> None:
    """Add a check of the codes that are expected for questions; "" is no refusal."""

    def judge(evidence: Evidence) -> Finding:
        codes = {question: evidence.code(question) for question in expected}
        shown = "; ".join(f"{question}: {code or 'no refusal'}" for question, code in codes.items())
        return whether(all(code in expected[question] for question, code in codes.items()), shown)

    CHECKS[name] = Check(name, (assumption,), judge)


for _name, _assumption, _expected in (
    ("a_taken_name_is_refused", "N3", {"create-again": _TAKEN}),
    ("what_is_not_there_is_named_so", "N5", _MISSING),
    ("what_is_not_available_is_not_deleted", "N15", {"delete-while-creating": _UNFINISHED}),
    ("a_deleted_snapshot_is_not_found", "N16", {"deleted": _NO_SNAPSHOT}),
    ("the_tags_of_no_snapshot_are_not_found", "N22", {"no-snapshot-tags": _NO_SNAPSHOT}),
    ("a_stack_that_is_not_there_is_a_validation_error", "CFN28", {"no-stack": _NO_STACK}),
    ("what_is_not_there_is_not_found_by_eventbridge", "E5", _RULES),
    ("a_missing_parameter_is_named_so", "SSM1", {"no-parameter": _NO_PARAMETER}),
):
    _add(_name, _assumption, _expected)
