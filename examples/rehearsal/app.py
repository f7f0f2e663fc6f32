"""A migration that runs on a fast clone first, then after a snapshot on the cluster itself.

    cdk deploy --app "python3 examples/rehearsal/app.py" -c cluster=my-graph -c rehearse=yes
    cdk deploy --app "python3 examples/rehearsal/app.py" -c cluster=my-graph

CloudFormation makes them one after another: the clone, its instance, the rehearsal, the snapshot,
the migration. If the rehearsal fails, there is no snapshot and the cluster is as it was. The second
command removes the clone, and neither takes a snapshot nor migrates again. With ``-c release=2``
the next migration is rehearsed on a new clone. ``-c rehearse=only`` deploys a stack of its own that
only rehearses. docs/rehearsal.md says what this costs and proves.
The tests deploy this example on local AWS.
"""

from pathlib import Path

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_neptune as neptune
from constructs import Construct

from cdk_neptune_snapshot import DatabaseClusterSnapshot, SnapshotTrigger

app = cdk.App()


def option(name: str, default: str) -> str:
    """A value of the command line's ``-c name=value``."""
    return str(app.node.try_get_context(name) or default)


cluster = option("cluster", "my-graph")
release = option("release", "1")
rehearse = option("rehearse", "no")
if rehearse not in {"no", "yes", "only"}:
    raise ValueError(f"rehearse is no, yes or only, not {rehearse}")
stack = cdk.Stack(app, "MigrationRehearsal" if rehearse == "only" else "RehearsedMigration")
function = lambda_.Function(
    stack,
    "Function",
    runtime=lambda_.Runtime.PYTHON_3_13,
    handler="index.handler",
    code=lambda_.Code.from_inline(Path(__file__).with_name("migration.py").read_text()),
    timeout=cdk.Duration.minutes(15),
    # Here: vpc=, vpc_subnets= and security_groups= from which the cluster can be reached.
)
function.add_to_role_policy(
    iam.PolicyStatement(
        actions=["rds:DescribeDBClusters"],
        resources=[
            stack.format_arn(
                service="rds",
                resource="cluster",
                resource_name="*",
                arn_format=cdk.ArnFormat.COLON_RESOURCE_NAME,
            )
        ],
    )
)


def run_migration(scope: Construct, cluster: str) -> cdk.CustomResource:
    """Run the migration, once for each release."""
    return cdk.CustomResource(
        scope,
        "Migration",
        resource_type="Custom::Migration",
        service_token=function.function_arn,
        properties={"Cluster": cluster, "Release": release},
    )


def run_rehearsal() -> cdk.CustomResource:
    """Run the migration on a clone, which is a new one for each release."""
    scope = Construct(stack, f"Rehearsal-{release}")
    clone = neptune.CfnDBCluster(
        scope,
        "Clone",
        source_db_cluster_identifier=cluster,
        restore_type="copy-on-write",
        use_latest_restorable_time=True,
        # Here: db_subnet_group_name=, vpc_security_group_ids= and db_cluster_parameter_group_name=
        # of the cluster; a clone gets the default groups unless they are given.
    )
    # There is nothing to keep, and nothing but the stack knows the clone.
    clone.apply_removal_policy(cdk.RemovalPolicy.DESTROY)
    instance = neptune.CfnDBInstance(
        scope,
        "Instance",
        db_cluster_identifier=clone.ref,
        db_instance_class=option("instance_class", "db.r6g.large"),
    )
    rehearsal = run_migration(scope, clone.ref)
    rehearsal.node.add_dependency(instance)
    cdk.CfnOutput(stack, "RehearsalSeconds", value=rehearsal.get_att_string("Seconds"))
    return rehearsal


rehearsal = run_rehearsal() if rehearse != "no" else None
if rehearse != "only":
    snapshot = DatabaseClusterSnapshot(
        stack,
        "BeforeMigration",
        cluster=cluster,
        trigger=SnapshotTrigger.on_value_changed(release),
    )
    if rehearsal:
        snapshot.node.add_dependency(rehearsal)
    snapshot.before(run_migration(stack, cluster))
    cdk.CfnOutput(stack, "SnapshotArn", value=snapshot.snapshot_arn)
app.synth()
