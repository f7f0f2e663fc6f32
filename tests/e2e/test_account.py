"""Stacks that show what only an account does; the smoke checks judge what is recorded of them."""

import time
from functools import partial
from http import HTTPStatus
from typing import cast

import aws_cdk as cdk
import pytest
from aws_cdk import aws_iam as iam
from aws_cdk import aws_rds as rds

from aws_smoke.authorization import ACTIONS
from deployment.migration import Probe
from local_aws import LocalAws
from support.deployment import Deployment, Snapshots

pytestmark = pytest.mark.e2e

RETRIES_SECONDS = 225.0
"""Lambda tries again after one and after two more minutes."""


def _probe(stack: cdk.Stack, version: str, *, fail: bool = False) -> None:
    """Define a migration whose ID never changes."""
    probe = Probe(stack, "Probe")
    probe.resource("Migration", version=version, fail=fail, observe=True)
    cdk.CfnOutput(stack, "Function", value=probe.function.function_name)


@pytest.mark.account("again")
def test_a_failed_update_is_repeated(deployment: Deployment) -> None:
    assert deployment.deploy(partial(_probe, version="v1")).succeeded
    failing = partial(_probe, version="v2", fail=True)
    assert not deployment.deploy(failing, "--no-rollback", step="failure").succeeded
    repeated = deployment.deploy(partial(_probe, version="v3"), "--no-rollback", step="repetition")
    assert repeated.succeeded, repeated.output


@pytest.mark.account("retries")
def test_a_failing_invocation_is_tried_again(
    local: LocalAws | None, deployment: Deployment
) -> None:
    result = deployment.deploy(partial(_probe, version="v1")).require()
    invoked = deployment.cloud.client("lambda").invoke(
        FunctionName=result.outputs["Function"],
        InvocationType="Event",
        Payload=b'{"attempt": "failing"}',
    )
    assert invoked["StatusCode"] == HTTPStatus.ACCEPTED
    time.sleep(0 if local else RETRIES_SECONDS)


@pytest.mark.account("native")
def test_the_native_type_is_tried(deployment: Deployment, snapshots: Snapshots) -> None:
    """Whether it accepts a Neptune cluster is for the check to say."""

    def define(stack: cdk.Stack) -> None:
        native = rds.CfnClusterSnapshot(
            stack,
            "Native",
            db_cluster_identifier=snapshots.cluster,
            db_cluster_snapshot_identifier=f"{deployment.name}-v1",
        )
        native.apply_removal_policy(cdk.RemovalPolicy.DESTROY)

    deployment.deploy(define)


@pytest.mark.account("policies")
def test_a_role_for_calls_under_session_policies(deployment: Deployment) -> None:
    """The account's own principals may assume it; the calls follow when all lanes have ended."""

    def define(stack: cdk.Stack) -> None:
        # The cast is for pyright: jsii names a parameter of class and interface differently.
        principal = cast("iam.IPrincipal", iam.AccountPrincipal(stack.account))
        role = iam.Role(stack, "Role", assumed_by=principal)
        role.add_to_policy(iam.PolicyStatement(actions=list(ACTIONS), resources=["*"]))
        cdk.CfnOutput(stack, "RoleArn", value=role.role_arn)

    deployment.deploy(define).require()
