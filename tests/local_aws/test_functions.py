"""Lambda functions on this machine: what they can import, how they trust, how they die."""

import json
import time
from typing import Any

from local_aws import Caller, LocalAws
from support.functions import create


def _invoke(aws: LocalAws, name: str) -> dict[str, Any]:
    answer = aws.client("lambda").invoke(FunctionName=name)
    return {"payload": json.load(answer["Payload"]), "error": answer.get("FunctionError")}


def test_a_function_can_import_what_the_runtime_of_aws_has_and_no_more(aws: LocalAws) -> None:
    name = create(
        aws,
        """
        import importlib.util
        def handler(event, context):
            names = ["boto3", "botocore", "urllib3", "crhelper", "neptune_snapshot_provider"]
            return [name for name in names if importlib.util.find_spec(name)]
        """,
    )
    assert _invoke(aws, name)["payload"] == ["boto3", "botocore", "urllib3"]


def test_a_function_reaches_the_server_over_tls_without_any_setting(aws: LocalAws) -> None:
    name = create(
        aws,
        """
        import boto3, os, ssl, urllib.request
        def handler(event, context):
            boto3.client("neptune").describe_db_cluster_snapshots()
            url = os.environ["AWS_ENDPOINT_URL"] + "/_ministack/health"
            trusted = ssl.create_default_context()  # what crhelper does
            return urllib.request.urlopen(url, context=trusted).status
        """,
    )
    aws.clear_calls()
    assert _invoke(aws, name)["payload"] == 200
    (call,) = aws.calls("DescribeDBClusterSnapshots")
    assert call.caller is Caller.LAMBDA


def test_what_a_function_prints_reaches_its_log_group(aws: LocalAws) -> None:
    name = create(aws, "def handler(event, context): print('printed by', context.function_name)")
    _invoke(aws, name)
    assert f"printed by {name}" in aws.function_log()
    logs = aws.client("logs").filter_log_events(logGroupName=f"/group/of/{name}")
    assert any(event["message"] == f"printed by {name}" for event in logs["events"])


def test_an_asynchronous_invocation_is_repeated_when_the_function_fails(aws: LocalAws) -> None:
    name = create(
        aws,
        """
        import boto3
        def handler(event, context):
            boto3.client("neptune").describe_db_cluster_snapshots()
            raise RuntimeError
        """,
    )
    client = aws.client("lambda")
    client.put_function_event_invoke_config(FunctionName=name, MaximumRetryAttempts=1)
    aws.clear_calls()
    client.invoke(FunctionName=name, InvocationType="Event")
    deadline = time.monotonic() + 10
    while len(aws.calls("DescribeDBClusterSnapshots")) < 2 and time.monotonic() < deadline:
        time.sleep(0.1)
    assert len(aws.calls("DescribeDBClusterSnapshots")) == 2
