"""What IAM is asked for each call: actions, resources and context.

After the Service Authorization Reference of each service. Where it is unproven whether AWS supplies
a condition key, a call asks once with the key and once without.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import product
from typing import Any

from security.iam import Request, arn
from security.recording import Call
from security.stacks import LOG_GROUP

Context = dict[str, str | list[str]]
Parameters = Mapping[str, Any]


def of(call: Call) -> list[Request]:
    """List what must be allowed for a call to succeed.

    Raises:
        KeyError: The provider makes a call that nobody has described here yet.
    """
    return list(KNOWN[call.operation](call.parameters, resource_tags(call.tags)))


def of_all(calls: Iterable[Call], *others: Request) -> list[Request]:
    """List what must be allowed for calls to succeed, and other requests, each once."""
    asked = [*(request for call in calls for request in of(call)), *others]
    return list({repr(each): each for each in asked}.values())


def of_the_runtime(stack: str) -> list[Request]:
    """List what Lambda itself does in the function's name."""
    stream = arn("logs", f"log-group:{LOG_GROUP}:log-stream:2026/11/23/[$LATEST]0a1b2c")
    logging = [Request("logs:CreateLogStream", stream), Request("logs:PutLogEvents", stream)]
    return logging + (NETWORKING if stack == "networked" else [])


def snapshot(name: str) -> str:
    """Write a snapshot's ARN."""
    return name if name.startswith("arn:") else arn("rds", f"cluster-snapshot:{name}")


def cluster(name: str) -> str:
    """Write a cluster's ARN."""
    return arn("rds", f"cluster:{name}")


def rule(name: str) -> str:
    """Write the ARN of a rule on the default bus."""
    return arn("events", f"rule/{name}")


def function(name: str) -> str:
    """Write a function's ARN."""
    return arn("lambda", f"function:{name}")


def parameter(name: str) -> str:
    """Write the ARN of a parameter of Parameter Store."""
    return arn("ssm", f"parameter/{name.removeprefix('/')}")


def resource_tags(tags: Mapping[str, str]) -> Context:
    """What a condition finds out about tags that are there."""
    return {f"aws:ResourceTag/{key}": value for key, value in tags.items()}


def request_tags(tags: Mapping[str, str]) -> Context:
    """What a condition finds out about tags that are to be."""
    return {**_new_values(tags), **_new_keys(tags)}


def _new_values(tags: Mapping[str, str]) -> Context:
    return {f"aws:RequestTag/{key}": value for key, value in tags.items()}


def _new_keys(tags: Mapping[str, str]) -> Context:
    return {"aws:TagKeys": list(tags)}


def _readings(*unproven: Context) -> Iterator[Context]:
    """Combine keys of which it is not known whether AWS supplies them: each with and without."""
    for supplied in product(*(({}, each) for each in unproven)):
        yield {key: value for each in supplied for key, value in each.items()}


def _create(given: Parameters, _existing: Context) -> Iterator[Request]:
    tags = {tag["Key"]: tag["Value"] for tag in given["Tags"]}
    requested = _new_values(tags), _new_keys(tags)
    name = snapshot(given["DBClusterSnapshotIdentifier"])
    for context in _readings(*requested):
        yield Request("rds:CreateDBClusterSnapshot", cluster(given["DBClusterIdentifier"]), context)
        yield Request("rds:CreateDBClusterSnapshot", name, context)
    # IAM may take the tags to come for tags that are there.
    for context in _readings(*requested, resource_tags(tags)):
        yield Request("rds:AddTagsToResource", name, context)


def _describe_snapshots(given: Parameters, existing: Context) -> Iterator[Request]:
    action = "rds:DescribeDBClusterSnapshots"
    if name := given.get("DBClusterSnapshotIdentifier"):
        yield Request(action, snapshot(name), existing)
    else:
        yield Request(action, cluster(given["DBClusterIdentifier"]))
        yield Request(action, snapshot("any-name"))


def _add_tags(given: Parameters, existing: Context) -> Iterator[Request]:
    tags = {tag["Key"]: tag["Value"] for tag in given["Tags"]}
    for context in _readings(_new_values(tags), _new_keys(tags)):
        yield Request("rds:AddTagsToResource", given["ResourceName"], {**existing, **context})


def _remove_tags(given: Parameters, existing: Context) -> Iterator[Request]:
    context: Context = {**existing, "aws:TagKeys": list(given["TagKeys"])}
    yield Request("rds:RemoveTagsFromResource", given["ResourceName"], context)


def _put_targets(given: Parameters, _: Context) -> Iterator[Request]:
    context: Context = {"events:TargetArn": [each["Arn"] for each in given["Targets"]]}
    yield Request("events:PutTargets", rule(given["Rule"]), context)


def _account(_: Parameters, __: Context) -> Iterator[Request]:
    yield Request("rds:DescribeAccountAttributes", "*")


def _on(
    action: str, resource: Callable[[str], str], key: str
) -> Callable[[Parameters, Context], Iterator[Request]]:
    def requests(given: Parameters, existing: Context) -> Iterator[Request]:
        yield Request(action, resource(given[key]), existing)

    return requests


INTERFACE = arn("ec2", "network-interface/eni-0a1b2c3d")
NETWORKING = [
    *(
        Request("ec2:CreateNetworkInterface", resource)
        for resource in (
            INTERFACE,
            arn("ec2", "subnet/subnet-1"),
            arn("ec2", "security-group/sg-1"),
        )
    ),
    Request("ec2:DescribeNetworkInterfaces", "*"),
    Request("ec2:DescribeSubnets", "*"),
    Request("ec2:DeleteNetworkInterface", INTERFACE),
    Request("ec2:AssignPrivateIpAddresses", INTERFACE),
    Request("ec2:UnassignPrivateIpAddresses", INTERFACE),
]
"""What Lambda does to attach a function to a VPC."""

KNOWN: Mapping[str, Callable[[Parameters, Context], Iterator[Request]]] = {
    "neptune:CreateDBClusterSnapshot": _create,
    "neptune:DescribeDBClusterSnapshots": _describe_snapshots,
    "neptune:DescribeDBClusters": _on("rds:DescribeDBClusters", cluster, "DBClusterIdentifier"),
    "neptune:ListTagsForResource": _on("rds:ListTagsForResource", str, "ResourceName"),
    "neptune:AddTagsToResource": _add_tags,
    "neptune:RemoveTagsFromResource": _remove_tags,
    "neptune:DeleteDBClusterSnapshot": _on(
        "rds:DeleteDBClusterSnapshot", snapshot, "DBClusterSnapshotIdentifier"
    ),
    "neptune:DescribeDBClusterSnapshotAttributes": _on(
        "rds:DescribeDBClusterSnapshotAttributes", snapshot, "DBClusterSnapshotIdentifier"
    ),
    "rds:DescribeAccountAttributes": _account,
    "ssm:GetParameter": _on("ssm:GetParameter", parameter, "Name"),
    "ssm:PutParameter": _on("ssm:PutParameter", parameter, "Name"),
    "cloudformation:DescribeStacks": _on("cloudformation:DescribeStacks", str, "StackName"),
    "events:PutRule": _on("events:PutRule", rule, "Name"),
    "events:DescribeRule": _on("events:DescribeRule", rule, "Name"),
    "events:DeleteRule": _on("events:DeleteRule", rule, "Name"),
    "events:PutTargets": _put_targets,
    "events:RemoveTargets": _on("events:RemoveTargets", rule, "Rule"),
}
