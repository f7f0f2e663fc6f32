"""Bad input ends the synthesis with a message that names property, value and rule."""

import ast
import inspect
from collections.abc import Callable
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_docdb as docdb
from aws_cdk import aws_neptune_alpha as neptune_alpha
from aws_cdk import aws_rds as rds

from cdk_neptune_snapshot import DatabaseClusterSnapshot, SnapshotTrigger, validation
from construct.templates import new_stack, python, wire
from neptune_snapshot_provider import contract
from support.deployment import ROOT

BAD_IDENTIFIERS = [
    ("", "must not be empty"),
    ("a" * 64, "must have at most 63 characters, has 64"),
    ("1graph", "must start with a letter"),
    ("my_graph", "must contain only ASCII letters, digits and hyphens"),
    ("my--graph", "must not contain two hyphens in a row"),
    ("my-graph-", "must not end with a hyphen"),
    (7, "must be a string"),
]

BAD_TAGS = [
    ({"aws:team": "graph"}, "may start with 'aws:' or 'rds:'"),
    ({"rds:team": "graph"}, "may start with 'aws:' or 'rds:'"),
    ({"k" * 129: "graph"}, "its key must have 1 to 128 characters, has 129"),
    ({"": "graph"}, "its key must have 1 to 128 characters, has 0"),
    ({"motto": "R&D"}, "must contain only letters, digits, spaces"),
    ({f"aws:{cdk.Aws.REGION}": "graph"}, "may start with 'aws:' or 'rds:'"),
    ({"team": "v" * 257}, "its value must have at most 256 characters, has 257"),
    ({contract.OwnerTag.STACK: "mine"}, "are set by this library"),
    ({"team": 7}, "key and value must be strings"),
]


def refused(**properties: Any) -> str:  # noqa: ANN401 - wrong types are tried too
    """Give the message with which a snapshot is refused."""
    with pytest.raises(ValueError, match="Invalid ") as caught:
        DatabaseClusterSnapshot(new_stack(), "Snapshot", **{"cluster": "graph", **properties})
    return str(caught.value)


@pytest.mark.parametrize("name", ["cluster", "snapshot_identifier", "identifier_prefix"])
@pytest.mark.parametrize(("value", "rule"), BAD_IDENTIFIERS)
def test_identifiers(name: str, value: object, rule: str) -> None:
    if (name, value) == ("cluster", 7):
        rule = "must be a Neptune cluster"
    message = refused(**{name: value})
    assert message.startswith(f"Invalid {name} {value!r}: ")
    assert rule in message


@pytest.mark.parametrize(("tags", "rule"), BAD_TAGS, ids=range(len(BAD_TAGS)))
def test_tags(tags: dict[str, Any], rule: str) -> None:
    message = refused(tags=tags)
    assert message.startswith(f"Invalid tags {validation.shown(tags)}: ")
    assert rule in message


@pytest.mark.parametrize("tags", [["team"], [cdk.CfnTag(key="team", value="graph")], "team", 7])
def test_tags_that_are_no_mapping(tags: object) -> None:
    assert 'must be a mapping of keys to values, such as {"team": "graph"}' in refused(tags=tags)


def test_51_tags() -> None:
    message = refused(tags={f"key-{number}": "value" for number in range(51)})
    assert "Invalid tags ['key-0', 'key-1'," in message
    assert "must have at most 43 tags" in message
    assert "has 51" in message


def test_as_many_tags_as_the_owner_tags_leave_room_for() -> None:
    stack = new_stack()
    tags = {f"key-{number}": "value" for number in range(43)}
    DatabaseClusterSnapshot(stack, "Snapshot", cluster="graph", tags=tags)
    assert len(wire(stack)["Tags"]) == 43


@pytest.mark.parametrize(
    ("timeout", "value", "rule"),
    [
        (cdk.Duration.seconds(0), "'0 seconds'", "must be 1 to 43200 seconds (12 hours), is 0"),
        (cdk.Duration.seconds(43_201), "'12 hours 1 second'", "must be 1 to 43200 seconds"),
        (cdk.Duration.days(1), "'1 day'", "must be 1 to 43200 seconds (12 hours), is 86400"),
        (cdk.Duration.millis(1500), "'1 second 500 millis'", "must be a whole number of seconds"),
        (600, "600", "must be an aws_cdk.Duration"),
    ],
)
def test_timeouts(timeout: object, value: str, rule: str) -> None:
    message = refused(timeout=timeout)
    assert message.startswith(f"Invalid timeout {value}: ")
    assert rule in message


def test_a_negative_timeout_is_refused_by_the_cdk() -> None:
    with pytest.raises(RuntimeError, match=r"cannot be negative.*-1"):
        cdk.Duration.seconds(-1)


@pytest.mark.parametrize(
    "trigger",
    [
        SnapshotTrigger.every_deployment(),
        SnapshotTrigger.on_value_changed("v7"),
        SnapshotTrigger.on_files_changed(__file__),
    ],
)
def test_an_explicit_name_that_a_trigger_would_reuse(trigger: SnapshotTrigger) -> None:
    message = refused(snapshot_identifier="before-v2", trigger=trigger)
    assert message.startswith("Invalid snapshot_identifier 'before-v2': ")
    assert "must not be given together with a trigger" in message


def test_an_explicit_name_with_a_prefix() -> None:
    message = refused(snapshot_identifier="before-v2", identifier_prefix="before")
    assert message.startswith("Invalid identifier_prefix 'before': ")
    assert "must not be given together with snapshot_identifier" in message


@pytest.mark.parametrize(
    "trigger", ["v2", 7, ["migrations"], SnapshotTrigger, SnapshotTrigger.once]
)
def test_a_trigger_that_is_none(trigger: object) -> None:
    message = refused(trigger=trigger)
    assert message.startswith("Invalid trigger ")
    assert "must be a SnapshotTrigger: SnapshotTrigger.once(), .on_value_changed(...)" in message


@pytest.mark.parametrize("policy", ["DESTROY", None])
def test_a_removal_policy_that_is_none(policy: object) -> None:
    assert refused(removal_policy=policy).endswith("must be an aws_cdk.RemovalPolicy")


def test_before_what() -> None:
    stack = new_stack()
    snapshot = DatabaseClusterSnapshot(stack, "Snapshot", cluster="graph")
    with pytest.raises(ValueError, match=r"Invalid constructs \(\): must name at least one"):
        snapshot.before()
    before: Any = snapshot.before
    with pytest.raises(ValueError, match="Invalid constructs 'Migration': must be a construct"):
        before("Migration")
    with pytest.raises(ValueError, match=r"must be a construct, not builtins\.list"):
        before([stack])


TOKEN = cdk.Aws.STACK_NAME
BAD_TOKENS: dict[str, Any] = {
    "cluster": f"arn:{cdk.Aws.PARTITION}:rds:{cdk.Aws.REGION}:1:cluster:graph",
    "last_good_parameter": f"/{TOKEN}/last-good",
    "identifier_prefix": [TOKEN],
    "snapshot_identifier": {"name": TOKEN},
    "timeout": cdk.Token.as_number(cdk.Fn.ref("Seconds")),
    "reuse_younger_than": cdk.Fn.ref("Seconds"),
    "tags": {"aws:team": TOKEN, TOKEN: "graph"},
    "trigger": TOKEN,
    "keep_last": [cdk.Token.as_number(cdk.Fn.ref("Count"))],
    "removal_policy": cdk.Token.as_list(cdk.Fn.ref("Policies")),
    "when_cluster_missing": cdk.Fn.import_value("Missing"),
}
"""For each property something with a token in it that is refused."""


imported: Any = DatabaseClusterSnapshot.from_snapshot_identifier


def test_every_property_is_tried_with_a_token() -> None:
    parameters = inspect.signature(DatabaseClusterSnapshot.__init__).parameters
    assert set(BAD_TOKENS) == set(parameters) - {"self", "scope", "id"}


@pytest.mark.parametrize("name", BAD_TOKENS)
def test_a_message_says_that_a_value_is_known_only_at_deployment(name: str) -> None:
    message = refused(**{name: BAD_TOKENS[name]})
    assert message.startswith(f"Invalid {name} ")
    assert validation.UNKNOWN in message
    assert "Token[" not in message
    assert "e+289" not in message


@pytest.mark.parametrize(
    ("refuse", "name"),
    [
        (lambda: SnapshotTrigger.on_files_changed(TOKEN), "paths"),
        (lambda: SnapshotTrigger.on_files_changed(f"{TOKEN}/migrations"), "paths"),
        (lambda: imported(new_stack(), "Snapshot", [TOKEN]), "snapshot_identifier"),
    ],
)
def test_other_calls_say_so_too(refuse: Callable[[], object], name: str) -> None:
    with pytest.raises(ValueError, match=f"Invalid {name} .*{validation.UNKNOWN}") as caught:
        refuse()
    assert "Token[" not in str(caught.value)


def test_messages_are_written_in_one_place() -> None:
    """Whoever formats a value into a message writes it with ``validation.shown``."""
    for path in sorted((ROOT / "constructs" / "cdk_neptune_snapshot").glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FormattedValue) and node.conversion == ord("r"):
                # The name of a Python package, and what remains once tokens are taken out.
                assert ast.unparse(node.value) == "package", path.name


def test_a_snapshot_of_the_snapshot() -> None:
    message = refused(removal_policy=cdk.RemovalPolicy.SNAPSHOT)
    assert message.startswith("Invalid removal_policy ")
    assert "must be RETAIN, RETAIN_ON_UPDATE_OR_DELETE or DESTROY" in message


def wrong_clusters() -> dict[str, Any]:
    stack = new_stack()
    return {
        "aws_cdk.aws_docdb.CfnDBCluster": docdb.CfnDBCluster(stack, "DocDb"),
        "aws_cdk.aws_rds.CfnDBCluster": rds.CfnDBCluster(stack, "Aurora"),
        "aws_cdk.aws_rds.DatabaseCluster": rds.DatabaseCluster(
            stack,
            "L2",
            engine=rds.DatabaseClusterEngine.AURORA_MYSQL,
            writer=rds.ClusterInstance.serverless_v2("writer"),
            vpc=cdk.aws_ec2.Vpc(stack, "Vpc"),
        ),
        "aws_cdk.aws_neptune_alpha.ClusterParameterGroup": neptune_alpha.ClusterParameterGroup(
            stack, "Group", parameters={}
        ),
        "builtins.NoneType": None,
    }


def test_clusters_of_the_wrong_kind() -> None:
    for kind, cluster in wrong_clusters().items():
        message = refused(cluster=cluster)
        assert message.startswith("Invalid cluster "), kind
        assert "must be a Neptune cluster" in message
        assert message.endswith(f"not {kind}")


def test_an_arn_instead_of_a_cluster_identifier() -> None:
    arn = "arn:aws:rds:eu-west-1:123456789012:cluster:my-graph"
    message = refused(cluster=arn)
    assert message.startswith(f"Invalid cluster {arn!r}: ")
    assert "must be the identifier of the cluster, which is the last part" in message


@pytest.mark.parametrize("identifier", ["", "rds:", "rds:my_graph", "else:graph", "a--b"])
def test_an_imported_identifier(identifier: str) -> None:
    with pytest.raises(ValueError, match=r"Invalid snapshot_identifier .* must ") as caught:
        DatabaseClusterSnapshot.from_snapshot_identifier(new_stack(), "Snapshot", identifier)
    assert repr(identifier) in str(caught.value)


@pytest.mark.parametrize(
    "arn", ["", "before-v2", "arn:aws:rds:eu-west-1:123456789012:cluster:my-graph"]
)
def test_an_imported_arn(arn: str) -> None:
    with pytest.raises(ValueError, match=r"Invalid snapshot_arn .* must have the form ") as caught:
        DatabaseClusterSnapshot.from_snapshot_arn(new_stack(), "Snapshot", arn)
    assert repr(arn) in str(caught.value)


def test_tokens_pass() -> None:
    stack = new_stack()
    text = cdk.CfnParameter(stack, "Text").value_as_string
    number = cdk.CfnParameter(stack, "Number", type="Number").value_as_number
    DatabaseClusterSnapshot(
        stack,
        "Snapshot",
        cluster=text,
        identifier_prefix=f"{text}--",
        timeout=cdk.Duration.seconds(number),
        tags={"team": text},
    )
    assert wire(stack) == {
        "DBClusterIdentifier": {"Ref": "Text"},
        "SnapshotIdentifierPrefix": {"Fn::Join": ["", [{"Ref": "Text"}, "--"]]},
        "Tags": [{"Key": "team", "Value": {"Ref": "Text"}}],
        "TimeoutSeconds": {"Ref": "Number"},
    }


def test_a_token_passes_as_explicit_name() -> None:
    stack = new_stack()
    text = cdk.CfnParameter(stack, "Text").value_as_string
    DatabaseClusterSnapshot(stack, "Snapshot", cluster="graph", snapshot_identifier=text)
    assert wire(stack)["DBClusterSnapshotIdentifier"] == {"Ref": "Text"}


def test_a_literal_key_is_checked_beside_a_token() -> None:
    text = cdk.Aws.REGION
    assert "may start with 'aws:'" in refused(tags={"aws:team": text})


def test_the_package_of_the_l2_cluster_is_not_needed() -> None:
    """The library synthesises where aws_neptune_alpha cannot be imported."""
    script = """if True:
        import sys
        sys.modules["aws_cdk.aws_neptune_alpha"] = None
        import aws_cdk as cdk
        from cdk_neptune_snapshot import DatabaseClusterSnapshot
        app = cdk.App()
        DatabaseClusterSnapshot(cdk.Stack(app, "Stack"), "Snapshot", cluster="graph")
        app.synth()
    """
    done = python("-c", script)
    assert done.returncode == 0, done.stderr
