"""The simulation deploys what the construct synthesizes."""

import aws_cdk as cdk

from cdk_neptune_snapshot import DatabaseClusterSnapshot, SnapshotTrigger
from simulation.templates import Declared, Template


def test_a_declaration_has_the_resources_of_a_whole_synthesis() -> None:
    """Properties, order and policies, also of a chain."""
    app = cdk.App(analytics_reporting=False)
    DatabaseClusterSnapshot(
        cdk.Stack(app, "Graph"),
        "Snapshot",
        cluster="graph",
        trigger=SnapshotTrigger.on_value_changed("v4"),
        tags={"team": "a"},
        timeout=cdk.Duration.hours(2),
        keep_last=2,
        last_good_parameter="/graph/last-good",
    )
    whole = app.synth().get_stack_by_name("Graph").template["Resources"]
    custom = {key: one for key, one in whole.items() if one["Type"].startswith("Custom::")}
    declared = Declared(
        "Snapshot",
        trigger="v4",
        tags={"team": "a"},
        timeout=7200,
        retain=True,
        keep_last=2,
        parameter="/graph/last-good",
    )
    assert len(custom) == 3
    assert [one.logical_id for one in declared.resources] == list(custom)
    for one in declared.resources:
        synthesized = custom[one.logical_id]
        literal = str(synthesized["Properties"])
        for name, value in declared.parameters.items():
            literal = literal.replace(repr(value), repr({"Ref": name})) if value else literal
        assert str(one.properties) == literal
        assert set(synthesized["DependsOn"]) & custom.keys() <= one.requires
        assert one.retain == (synthesized["DeletionPolicy"] == "Retain")


def test_every_value_is_sent_as_text() -> None:
    """And references are resolved from earlier responses."""
    template = Template((Declared("Snapshot", trigger="v4", timeout=7200, keep_last=1),))
    first, second, last = template.resources
    ids = {first: "graph-1"}
    data = {first: {"ReplacedSnapshot": "graph-0"}}
    assert template.properties(first, {}, {})["TimeoutSeconds"] == "3300"
    assert template.properties(second, ids, data)["DBClusterSnapshotIdentifier"] == "graph-1"
    assert template.properties(last, ids, data)["ReplacedSnapshotIdentifier"] == "graph-0"
