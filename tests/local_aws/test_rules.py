"""EventBridge invokes a function only if the function's policy allows the rule to."""

import time
from typing import TYPE_CHECKING

import pytest
from botocore.exceptions import ClientError

from local_aws import LocalAws
from local_aws.event_rules import may_invoke
from support.functions import arn, create

if TYPE_CHECKING:
    from types_boto3_events.type_defs import TargetTypeDef

RULE = "arn:aws:events:us-east-1:111122223333:rule/neptune-snapshot-0a1b2c3d-e4f5-create"
STATIC = RULE.rpartition("-e4f5")[0] + "-*"
CODE = """
import boto3
def handler(event, context):
    boto3.client("sts").get_caller_identity()
"""


def statement(source: str, **changes: object) -> dict[str, object]:
    return {
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": "lambda:InvokeFunction",
        "Condition": {"ArnLike": {"AWS:SourceArn": source}},
        **changes,
    }


@pytest.mark.parametrize("source", [RULE, STATIC, "arn:aws:events:*:*:rule/*"])
def test_a_rule_is_allowed_by_its_arn_or_a_pattern(source: str) -> None:
    assert may_invoke([statement(source)], RULE)


@pytest.mark.parametrize(
    "refused",
    [
        statement(STATIC.replace("0a1b2c3d", "ffffffff")),
        statement("arn:aws:events:*"),
        statement(STATIC, Principal={"Service": "s3.amazonaws.com"}),
        statement(STATIC, Action="lambda:GetFunction"),
        statement(STATIC, Effect="Deny"),
        statement(STATIC, Condition={"StringEquals": {"AWS:SourceAccount": "999999999999"}}),
    ],
)
def test_everything_else_is_refused(refused: dict[str, object]) -> None:
    assert not may_invoke([refused], RULE)


def test_a_rule_invokes_only_what_a_static_permission_of_its_prefix_lets_it(aws: LocalAws) -> None:
    events, functions = aws.client("events"), aws.client("lambda")
    for name in ("rule-refused", "rule-allowed"):
        target: TargetTypeDef = {"Id": "1", "Arn": arn(aws, create(aws, CODE, name))}
        events.put_rule(Name=f"{name}-create", ScheduleExpression="rate(1 minute)")
        events.put_targets(Rule=f"{name}-create", Targets=[target])
    functions.add_permission(
        FunctionName="rule-allowed",
        StatementId="Static",
        Action="lambda:InvokeFunction",
        Principal="events.amazonaws.com",
        SourceArn=f"arn:aws:events:{aws.region}:{aws.account_id}:rule/rule-allowed-*",
    )
    aws.clear_calls()
    aws.set_minute(2)
    deadline = time.monotonic() + 20
    while not aws.calls("GetCallerIdentity"):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    time.sleep(2)  # both rules are due by now
    log = aws.log_path.read_text()
    for name in ("rule-refused", "rule-allowed"):
        assert (f"rule/{name}-create may not invoke" in log) is (name == "rule-refused")
        events.remove_targets(Rule=f"{name}-create", Ids=["1"])
        events.delete_rule(Name=f"{name}-create")


def test_what_is_beyond_the_limits_is_refused(aws: LocalAws) -> None:
    events = aws.client("events")
    rate = "rate(1 minute)"
    target: TargetTypeDef = {"Id": "t", "Arn": arn(aws, "any")}
    with pytest.raises(ClientError, match="less than or equal to 64"):
        events.put_rule(Name="x" * 65, ScheduleExpression=rate)
    events.put_rule(Name="limits", ScheduleExpression=rate)
    beyond: list[TargetTypeDef] = [{**target, "Id": "x" * 65}, {**target, "Input": "x" * 8193}]
    for one in beyond:
        with pytest.raises(ClientError, match="ValidationException"):
            events.put_targets(Rule="limits", Targets=[one])
    events.delete_rule(Name="limits")


def test_a_rule_that_still_has_targets_is_not_deleted(aws: LocalAws) -> None:
    events = aws.client("events")
    events.put_rule(Name="used", ScheduleExpression="rate(1 minute)")
    events.put_targets(Rule="used", Targets=[{"Id": "t", "Arn": arn(aws, "any")}])
    with pytest.raises(ClientError, match="Rule can't be deleted since it has targets"):
        events.delete_rule(Name="used")
    events.remove_targets(Rule="used", Ids=["t"])
    events.delete_rule(Name="used")
