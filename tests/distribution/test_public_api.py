"""No public name, and nothing that deployed stacks hold, goes or changes by accident."""

from distribution.api import RECORD, changes, public_api

WHAT_TO_DO = """
Users, or stacks that are deployed, rely on what is gone. A name on the wire or in a tag stays for
ever; another name first warns (DeprecationWarning) for one minor version. If the change is meant,
run `make api`, say it in CHANGELOG.md (Removed or Changed: a new minor version while the major is
0, a new major version after that; Added: a new minor version), and commit both.
"""


def test_the_public_api_is_the_recorded_one() -> None:
    gone, new = changes(RECORD.read_text().splitlines(), public_api())
    lines = [f"gone: {line}" for line in gone] + [f"new:  {line}" for line in new]
    assert not lines, "\n".join(["the public API has changed", *lines, WHAT_TO_DO])


def test_a_changed_signature_is_both_gone_and_new() -> None:
    before = ["a.C", "a.C(... size: int = 1)", "Property Name"]
    after = ["a.C", "a.C(... size: int = 2)", "a.C.extra -> str", "Property Name"]
    gone, new = changes(before, after)
    assert gone == ["a.C(... size: int = 1)"]
    assert new == ["a.C(... size: int = 2)", "a.C.extra -> str"]


def test_it_knows_inherited_names_parameters_and_the_wire() -> None:
    construct = "cdk_neptune_snapshot.DatabaseClusterSnapshot"
    assert {
        f"{construct}.restore_into -> None",
        f"{construct}.allocated_storage -> float",
        f"{construct}(1. scope: Construct)",
        f"{construct}(... keep_last: int | None = None)",
        f"{construct}.before(*constructs: IConstruct)",
        "Property DBClusterIdentifier",
        "Tag neptune-snapshot:restore-3",
        "type Custom::NeptuneClusterSnapshot",
    } <= set(public_api())
