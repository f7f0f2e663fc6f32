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
from construct.templates import new_stack, stack_with, take, wire
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
    ({"aws:team": cdk.Aws.REGION}, "may start with 'aws:'"),
    ({f"aws:{cdk.Aws.REGION}": "graph"}, "may start with 'aws:' or 'rds:'"),
    ({"team": "v" * 257}, "its value must have at most 256 characters, has 257"),
    ({contract.OwnerTag.STACK: "mine"}, "are set by this library"),
    ({"team": 7}, "key and value must be strings"),
]


def refused(**properties: Any) -> str:  # noqa: ANN401 - wrong types are tried too
    """Give the message with which a snapshot is refused."""
    with pytest.raises(ValueError, match="Invalid ") as caught:
        stack_with(**properties)
    return str(caught.value)


@pytest.mark.parametrize("name", ["cluster", "snapshot_identifier", "identifier_prefix"])
@pytest.mark.parametrize(("value", "rule"), BAD_IDENTIFIERS)
def test_identifiers(name: str, value: object, rule: str) -> None:
    if (name, value) == ("cluster", 7):
        rule = "must be a Neptune cluster"
    message = refused(**{name: value})
    assert message.startswith(f"Invalid {name} {value!r}: ")
    assert rule in message


@pytest.mark.parametrize(("tags", "rule"), BAD_TAGS, ids=[rule for _, rule in BAD_TAGS])
def test_tags(tags: dict[str, Any], rule: str) -> None:
    message = refused(tags=tags)
    assert message.startswith(f"Invalid tags {validation.shown(tags)}: ")
    assert rule in message


ARN = "arn:aws:rds:eu-west-1:123456789012:cluster:my-graph"
MAPPING = 'must be a mapping of keys to values, such as {"team": "graph"}'
SECONDS = "must be 1 to 43200 seconds (12 hours), is "
NO_TRIGGER = "must be a SnapshotTrigger: SnapshotTrigger.once(), .on_value_changed(...)"
BAD_VALUES: list[tuple[str, object, str]] = [
    ("tags", ["team"], MAPPING),
    ("tags", [cdk.CfnTag(key="team", value="graph")], MAPPING),
    ("tags", "team", MAPPING),
    ("tags", 7, MAPPING),
    ("timeout", cdk.Duration.seconds(0), f"'0 seconds': {SECONDS}0"),
    ("timeout", cdk.Duration.seconds(43_201), f"'12 hours 1 second': {SECONDS}43201"),
    ("timeout", cdk.Duration.days(1), f"'1 day': {SECONDS}86400"),
    ("timeout", cdk.Duration.millis(1500), "'1 second 500 millis': must be a whole number of"),
    ("timeout", 600, "600: must be an aws_cdk.Duration"),
    ("trigger", "v2", NO_TRIGGER),
    ("trigger", 7, NO_TRIGGER),
    ("trigger", ["migrations"], NO_TRIGGER),
    ("trigger", SnapshotTrigger, NO_TRIGGER),
    ("trigger", SnapshotTrigger.once, NO_TRIGGER),
    ("removal_policy", "DESTROY", "must be an aws_cdk.RemovalPolicy"),
    ("removal_policy", None, "must be an aws_cdk.RemovalPolicy"),
    ("removal_policy", cdk.RemovalPolicy.SNAPSHOT, "must be RETAIN, RETAIN_ON_UPDATE_OR_DELETE or"),
    ("cluster", ARN, f"{ARN!r}: must be the identifier of the cluster, which is the last part"),
    ("keep_last", 0, "0: must be a whole number from 1 to 1000"),
    ("keep_last", 1001, "1001: must be"),
    ("keep_last", True, "True: must be a whole number"),
    ("keep_last", 2.5, "2.5: must be a whole number"),
    ("keep_last", "5", "'5': must be a whole number"),
    ("last_good_parameter", "", "'': must be letters, digits"),
    ("last_good_parameter", "a/b", "'a/b': must be"),
    ("last_good_parameter", "/a//b", "'/a//b': must be"),
    ("last_good_parameter", "/a/", "'/a/': must be"),
    ("last_good_parameter", "/aws/graph", "'/aws/graph': must not start with aws or ssm"),
    ("last_good_parameter", "ssm-graph", "'ssm-graph': must not start with aws or ssm"),
    ("last_good_parameter", "/" + "g" * 900, "must have at most 900 characters, has 901"),
    ("last_good_parameter", 7, "7: must be a string"),
    ("last_good_parameter", cdk.Aws.STACK_NAME, "must be a literal name"),
    ("reuse_younger_than", 3600, "3600: must be an aws_cdk.Duration"),
    ("reuse_younger_than", cdk.Duration.seconds(0), "must be 1 to 31622400 seconds"),
    ("reuse_younger_than", cdk.Duration.days(367), "must be 1 to 31622400 seconds"),
    ("reuse_younger_than", cdk.Duration.millis(1500), "must be a whole number of seconds"),
    ("when_cluster_missing", "SKIP", "'SKIP': must be a WhenClusterMissing"),
    ("when_cluster_missing", None, "None: must be a WhenClusterMissing"),
]


RULES = [f"{name}: {rule}" for name, _, rule in BAD_VALUES]


@pytest.mark.parametrize(("name", "value", "rule"), BAD_VALUES, ids=RULES)
def test_bad_values(name: str, value: object, rule: str) -> None:
    message = refused(**{name: value})
    assert message.startswith(f"Invalid {name} ")
    assert rule in message


def test_43_tags_are_accepted_as_the_owner_tags_need_the_others() -> None:
    tags = {f"key-{number}": "value" for number in range(51)}
    message = refused(tags=tags)
    assert "Invalid tags ['key-0', 'key-1'," in message
    assert "must have at most 43 tags" in message
    assert "has 51" in message
    assert len(wire(stack_with(tags=dict(list(tags.items())[:43])))["Tags"]) == 43


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
    assert message.startswith("Invalid snapshot_identifier 'before-v2': must not be given together")
    assert "with a trigger" in message


def test_an_explicit_name_with_a_prefix() -> None:
    message = refused(snapshot_identifier="before-v2", identifier_prefix="before")
    assert message.startswith("Invalid identifier_prefix 'before': must not be given together with")
    assert "snapshot_identifier" in message


def test_before_what() -> None:
    stack = new_stack()
    before: Any = take(stack).before
    with pytest.raises(ValueError, match=r"Invalid constructs \(\): must name at least one"):
        before()
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
