"""A snapshot before the cluster itself is upgraded, both in one stack.

    cdk deploy --app "python3 examples/before_upgrade.py" -c cluster=my-graph -c engine=1.4.1.0
    cdk deploy --app "python3 examples/before_upgrade.py" -c cluster=my-graph -c engine=1.4.5.0

The first deployment makes the cluster: there is nothing to save yet, and ``outcome`` is
``skipped``. The second takes a snapshot, waits for it, and only then upgrades. There is no way
back from an upgrade but a snapshot, so ``RequireSnapshotBeforeUpgrade`` lets no cluster with an
engine version pass that has none before it.
Deployed on local AWS in the tests.
"""

import aws_cdk as cdk
from aws_cdk import aws_neptune as neptune

from cdk_neptune_snapshot import (
    DatabaseClusterSnapshot,
    RequireSnapshotBeforeUpgrade,
    SnapshotTrigger,
    WhenClusterMissing,
)

app = cdk.App()
identifier = app.node.try_get_context("cluster") or "my-graph"
engine_version = app.node.try_get_context("engine") or "1.4.1.0"
stack = cdk.Stack(app, "GraphUpgrade")
cluster = neptune.CfnDBCluster(
    stack,
    "Cluster",
    db_cluster_identifier=identifier,
    engine_version=engine_version,
)
cluster.apply_removal_policy(cdk.RemovalPolicy.RETAIN)
snapshot = DatabaseClusterSnapshot(
    stack,
    "BeforeUpgrade",
    # Plain text, not the construct: the cluster waits for the snapshot, not the other way round.
    cluster=identifier,
    when_cluster_missing=WhenClusterMissing.SKIP,
    trigger=SnapshotTrigger.on_value_changed(engine_version),
    timeout=cdk.Duration.hours(6),
)
snapshot.before(cluster)
cdk.Aspects.of(app).add(RequireSnapshotBeforeUpgrade())
cdk.CfnOutput(stack, "Outcome", value=snapshot.outcome)
app.synth()
