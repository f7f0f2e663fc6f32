"""A custom resource that does as its properties say, and the stacks it is in."""

import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Self

from local_aws import LocalAws
from support import functions

CODE = """
import boto3, json, time, urllib.request

def handler(event, context):
    client = boto3.client("cloudformation")
    stack = client.describe_stacks(StackName=event["StackId"])["Stacks"][0]
    properties = event["ResourceProperties"]
    seen = {
        "request": event["RequestType"],
        "resource": event["LogicalResourceId"],
        "id": event.get("PhysicalResourceId", ""),
        "status": stack["StackStatus"],
        "version": properties.get("Version", ""),
        "old": event.get("OldResourceProperties", {}).get("Version", ""),
    }
    if "ParentId" in stack:
        parent = client.describe_stacks(StackName=stack["ParentId"])["Stacks"][0]
        seen["parent"] = parent["StackStatus"]
    print("SEEN " + json.dumps(seen))
    time.sleep(float(properties.get("Seconds", 0)))
    request = event["RequestType"]
    if request in properties.get("Silent", ""):
        return
    answer = {
        "Status": "FAILED" if request in properties.get("Fails", "") else "SUCCESS",
        "Reason": "as asked",
        "PhysicalResourceId": properties.get("Id") or event.get("PhysicalResourceId", "unnamed"),
        "Data": {"Version": seen["version"], "Filling": "x" * int(properties.get("Filling", 0))},
        **{key: event[key] for key in ("StackId", "RequestId", "LogicalResourceId")},
    }
    if request == "Delete":
        answer["PhysicalResourceId"] = event["PhysicalResourceId"]
    if "Without" in properties:
        del answer[properties["Without"]]
    request = urllib.request.Request(
        event["ResponseURL"], json.dumps(answer).encode(), method="PUT"
    )
    urllib.request.urlopen(request).read()
"""

_numbers = count(1)


@dataclass
class Probe:
    """The function behind the custom resources of one test, and one stack."""

    aws: LocalAws
    name: str = field(default_factory=lambda: f"probe-{next(_numbers)}")
    token: str = ""
    _read: int = 0

    @classmethod
    def create(cls, aws: LocalAws) -> Self:
        """Create the function."""
        probe = cls(aws)
        probe.token = functions.arn(aws, functions.create(aws, CODE, probe.name))
        return probe

    def resource(self, after: str = "", **properties: str) -> dict[str, Any]:
        """A custom resource, after another one."""
        return {
            "Type": "Custom::Probe",
            "Properties": {"ServiceToken": self.token, **properties},
            **({"DependsOn": after} if after else {}),
        }

    def deploy(self, *, disable_rollback: bool = False, **resources: Mapping[str, Any]) -> str:
        """Create or update the stack and wait for its end; gives the status."""
        self.start(disable_rollback=disable_rollback, **resources)
        return self.settled()

    def start(self, *, disable_rollback: bool = False, **resources: Mapping[str, Any]) -> None:
        """Create or update the stack."""
        client = self.aws.client("cloudformation")
        known = [one["StackName"] for one in client.describe_stacks()["Stacks"]]
        act = client.update_stack if self.name in known else client.create_stack
        act(
            StackName=self.name,
            TemplateBody=self.template(**resources),
            DisableRollback=disable_rollback,
        )

    @staticmethod
    def template(**resources: Mapping[str, Any]) -> str:
        """The template of a stack with these resources."""
        return json.dumps({"Resources": resources})

    def delete(self) -> str:
        """Delete the stack and wait for its end."""
        stack_id = self.stack()["StackId"]
        self.aws.client("cloudformation").delete_stack(StackName=self.name)
        return self.settled(stack_id)

    def stack(self, name: str = "") -> dict[str, Any]:
        """The stack as CloudFormation describes it."""
        client = self.aws.client("cloudformation")
        return dict(client.describe_stacks(StackName=name or self.name)["Stacks"][0])

    def settled(self, name: str = "") -> str:
        """Wait until no operation is in progress."""
        deadline = time.monotonic() + 60
        while (status := self.stack(name)["StackStatus"]).endswith("_IN_PROGRESS"):
            assert time.monotonic() < deadline, status
            time.sleep(0.05)
        return str(status)

    def seen(self) -> list[dict[str, str]]:
        """What the requests said, in the order of their arrival, since the last time."""
        found = list(self._seen())
        new, self._read = found[self._read :], len(found)
        return new

    def requests(self) -> list[tuple[str, str, str, str]]:
        """Request, resource, ID and status of the stack, since the last time."""
        names = ("request", "resource", "id", "status")
        return [(*(one[name] for name in names),) for one in self.seen()]  # type: ignore[misc]

    def _seen(self) -> Iterator[dict[str, str]]:
        logs = self.aws.client("logs").get_paginator("filter_log_events")
        for page in logs.paginate(logGroupName=f"/group/of/{self.name}"):
            for event in page["events"]:
                if event["message"].startswith("SEEN "):
                    yield json.loads(event["message"].removeprefix("SEEN "))
