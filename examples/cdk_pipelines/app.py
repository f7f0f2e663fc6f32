"""A snapshot as a step before a stage of CDK Pipelines, for what no stack of the stage does itself.

    cdk deploy --app "python3 examples/cdk_pipelines/app.py" -c cluster=my-graph

A stage whose own stack migrates the graph needs no step: define ``DatabaseClusterSnapshot`` there.
The pipeline's execution names the snapshot, so that a stage which is retried finds its own one. The
step after the stage confirms that everything succeeded.
"""

import json
from pathlib import Path

import aws_cdk as cdk
from aws_cdk import aws_codecommit as codecommit
from aws_cdk import aws_iam as iam
from aws_cdk import pipelines
from constructs import Construct

OWNER = "graph-pipeline"
POLICY = Path(__file__).parents[2] / "docs" / "policies" / "take.json"

app = cdk.App()
cluster = str(app.node.try_get_context("cluster") or "my-graph").lower()


class Service(cdk.Stage):
    """What changes the graph, such as a service that migrates it when it starts."""

    def __init__(self, scope: Construct, name: str) -> None:
        """Define the stage's stacks."""
        super().__init__(scope, name)
        stack = cdk.Stack(self, "Service")
        # Here: the service. CloudFormation refuses a stack without a resource.
        cdk.CfnWaitConditionHandle(stack, "Placeholder")


def permissions() -> list[iam.PolicyStatement]:
    """The statements of the policy, for this cluster and owner."""
    values = {
        "REGION": cdk.Aws.REGION,
        "ACCOUNT": cdk.Aws.ACCOUNT_ID,
        "CLUSTER": cluster,
        "PREFIX": cluster,
        "OWNER": OWNER,
        "PARAMETER": f"{cluster}/last-good-snapshot",
    }
    text = POLICY.read_text()
    for name, value in values.items():
        text = text.replace(name, value)
    return [iam.PolicyStatement.from_json(one) for one in json.loads(text)["Statement"]]


def step(name: str, *commands: str) -> pipelines.CodeBuildStep:
    """Run commands with the command line of this library and what it may do."""
    return pipelines.CodeBuildStep(
        name,
        install_commands=[
            "pip install boto3 rich typer",
            "pip install --no-deps ./cdk-neptune-snapshot",
        ],
        commands=list(commands),
        # A stage that is retried keeps the execution's ID.
        env={
            "CLUSTER": cluster,
            "OWNER": OWNER,
            "EXECUTION": "#{codepipeline.PipelineExecutionId}",
        },
        role_policy_statements=permissions(),
    )


take = 'ARN=$(neptune-snapshot take "$CLUSTER" --request "pipeline-$EXECUTION" --owner "$OWNER")'
stack = cdk.Stack(app, "PipelineWithSnapshot")
repository = codecommit.Repository.from_repository_name(stack, "Repository", "graph")
pipeline = pipelines.CodePipeline(
    stack,
    "Pipeline",
    synth=pipelines.ShellStep(
        "Synth",
        input=pipelines.CodePipelineSource.code_commit(repository, "main"),
        commands=["npx cdk synth"],
    ),
)
pipeline.add_stage(
    Service(app, "Production"),
    pre=[step("TakeSnapshot", take)],
    # The same request again: it finds the snapshot and takes none.
    post=[step("Confirm", take, 'neptune-snapshot confirm "$ARN"')],
)
app.synth()
