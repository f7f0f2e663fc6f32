"""Takes a snapshot of one Neptune cluster: cdk deploy -c cluster=my-graph."""

import aws_cdk as cdk

from cdk_neptune_snapshot import DatabaseClusterSnapshot


def add_outputs(stack: cdk.Stack, snapshot: DatabaseClusterSnapshot) -> None:
    """Have the deployment print what one wants to know of a snapshot."""
    storage = cdk.Token.as_string(snapshot.allocated_storage)
    outputs = {
        "SnapshotArn": (snapshot.snapshot_arn, "ARN of the snapshot"),
        "SnapshotIdentifier": (snapshot.snapshot_identifier, "Identifier of the snapshot"),
        "EngineVersion": (snapshot.engine_version, "Version of Neptune the cluster runs"),
        "AllocatedStorage": (storage, "Allocated storage in GiB"),
    }
    for name, (value, description) in outputs.items():
        cdk.CfnOutput(stack, name, value=value, description=description)


def main() -> None:
    """Define the stack for the cluster named in the context."""
    app = cdk.App()
    cluster = app.node.try_get_context("cluster")
    if not cluster:
        raise SystemExit("Which cluster? Name it: cdk deploy -c cluster=my-graph")
    stack = cdk.Stack(app, "NeptuneSnapshot", description="A snapshot of a Neptune DB cluster")
    add_outputs(stack, DatabaseClusterSnapshot(stack, "Snapshot", cluster=cluster))
    app.synth()


if __name__ == "__main__":
    main()
