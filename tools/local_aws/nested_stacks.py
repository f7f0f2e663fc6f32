"""Nested stacks as stacks of their own, which the emulator deploys without rollback or cleanup."""

import copy
import secrets
from collections.abc import Mapping
from typing import Any
from uuid import uuid1

from local_aws.custom_resources import leave_failed_creation
from local_aws.emulator import Provisioned, Stack, module, timestamp
from local_aws.stack_engine import PARENT, StackEngine

_TYPE = "AWS::CloudFormation::Stack"
_LAST_UPDATE = "_last_update"
_PREVIOUS = (
    *("_resources", "_template", "_template_body", "_resolved_params", "_conditions"),
    *("Parameters", "Tags", "Outputs"),
)


class NestedStacks:
    """``AWS::CloudFormation::Stack``; ``install`` puts it in place."""

    def __init__(self, engine: StackEngine) -> None:
        """Know the engine that deploys nested stacks too."""
        self._engine = engine
        self._cloudformation = module("cloudformation.engine")
        self._deployment = module("cloudformation.stacks")

    def install(self) -> None:
        """Replace the emulator's handlers of the resource type."""
        handlers = module("cloudformation.provisioners")._RESOURCE_HANDLERS  # noqa: SLF001
        handlers[_TYPE] = {"create": self._create, "update": self._update, "delete": self._delete}

    def _create(self, logical_id: str, properties: dict[str, Any], parent: str) -> Provisioned:
        name = f"{parent}-{logical_id}-{secrets.token_hex(6).upper()}"
        root = self._engine.stacks[parent]
        stack_id = root["StackId"].rpartition("/")[0].rpartition("/")[0]
        stack: Stack = {
            "StackName": name,
            "StackId": f"{stack_id}/{name}/{uuid1()}",
            "CreationTime": timestamp(),
            "Outputs": [],
            "DisableRollback": False,
            "_region": root.get("_region"),
            "_resources": {},
            PARENT: parent,
            "ParentId": root["StackId"],
            "RootId": root.get("RootId", root["StackId"]),
            **self._described(properties, {}),
        }
        self._engine.stacks[name] = stack
        self._deploy(stack, "CREATE")
        if stack["StackStatus"] != "CREATE_COMPLETE":
            leave_failed_creation(root, logical_id, _TYPE, stack["StackId"], properties)
            raise RuntimeError(_embedded(stack, "created"))
        return _provisioned(stack)

    def _update(
        self, physical_id: str, _old: dict[str, Any], new: dict[str, Any], parent: str
    ) -> Provisioned:
        """Update a nested stack, or roll its last update back with the parent's."""
        stack = self._find(physical_id)
        if self._engine.stacks[parent]["StackStatus"] == "UPDATE_ROLLBACK_IN_PROGRESS":
            operation = stack.get("_failed_operation") or stack[_LAST_UPDATE]
            name, stack_id = stack["StackName"], stack["StackId"]
            self._engine.wait_for(
                self._deployment._roll_back_operation(name, stack_id, stack, operation)  # noqa: SLF001
            )
            return _provisioned(stack)
        previous = {key: copy.deepcopy(stack.get(key)) for key in _PREVIOUS}
        described = self._described(new, stack["_resolved_params"])
        template = described.pop("_template")
        stack |= described
        self._deploy(stack, "UPDATE", template=template, previous=previous)
        if stack.get("_failed_operation") or not stack["StackStatus"].startswith("UPDATE_COMPLETE"):
            raise RuntimeError(_embedded(stack, "updated"))
        stack[_LAST_UPDATE] = self._operation(stack, previous)
        return _provisioned(stack)

    def _delete(self, physical_id: str, _properties: Mapping[str, Any]) -> None:
        stack = self._find(physical_id)
        name = stack["StackName"]
        self._engine.wait_for(self._deployment._delete_stack_async(name, stack["StackId"]))  # noqa: SLF001
        if stack["StackStatus"] != "DELETE_COMPLETE":
            raise RuntimeError(_embedded(stack, "deleted"))

    def _find(self, stack_id: str) -> Stack:
        return next(one for one in self._engine.stacks.values() if one["StackId"] == stack_id)

    def _described(self, properties: Mapping[str, Any], previous: dict[str, Any]) -> Stack:
        """What the parent says of a nested stack, as the record of a stack has it."""
        url = {"TemplateURL": [properties["TemplateURL"]]}
        body, problem = module("cloudformation.helpers")._resolve_template(url)  # noqa: SLF001
        if problem is not None or not body:
            raise ValueError(f"S3 error: no template at {properties['TemplateURL']}")
        template = self._cloudformation._parse_template(body)  # noqa: SLF001
        given = _listed({k: str(v) for k, v in (properties.get("Parameters") or {}).items()})
        values = self._cloudformation._resolve_parameters(template, given, previous)  # noqa: SLF001
        tags = module("cloudformation.provisioners")._tag_map(properties.get("Tags"))  # noqa: SLF001
        return {
            "Description": template.get("Description", ""),
            "Parameters": [
                {"ParameterKey": key, "ParameterValue": one["Value"], "NoEcho": one["NoEcho"]}
                for key, one in values.items()
            ],
            "Tags": _listed({k: v for k, v in tags.items() if not k.startswith("aws:")}),
            "LastUpdatedTime": timestamp(),
            "StackStatusReason": "",
            "_template": template,
            "_template_body": body,
            "_resolved_params": values,
            "_conditions": self._cloudformation._evaluate_conditions(template, values),  # noqa: SLF001
        }

    def _deploy(
        self,
        stack: Stack,
        verb: str,
        template: dict[str, Any] | None = None,
        previous: Stack | None = None,
    ) -> None:
        name, stack_id = stack["StackName"], stack["StackId"]
        status = stack["StackStatus"] = f"{verb}_IN_PROGRESS"
        self._deployment._add_event(stack_id, name, name, _TYPE, status, physical_id=stack_id)  # noqa: SLF001
        # Without a rollback of its own: the parent decides about that.
        deployment = self._deployment._deploy_stack_async(  # noqa: SLF001
            *(name, stack_id, template or stack["_template"], stack["_resolved_params"]),
            *(True, stack["Tags"]),
            is_update=previous is not None,
            previous_stack=previous,
        )
        self._engine.wait_for(deployment)

    def _operation(self, stack: Stack, previous: Stack) -> dict[str, Any]:
        """The update just made, as the engine describes those it can roll back."""
        return {
            "is_update": True,
            "previous_stack": previous,
            "created": list(stack["_resources"]),
            "template": stack["_template"],
            "param_values": stack["_resolved_params"],
            "stack_tags": stack["Tags"],
            "previous_tags": previous["Tags"],
        }


def _listed(values: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in values.items()]


def _provisioned(stack: Stack) -> Provisioned:
    outputs = {f"Outputs.{one['OutputKey']}": one["OutputValue"] for one in stack["Outputs"]}
    return stack["StackId"], outputs


def _embedded(stack: Stack, verb: str) -> str:
    reason = stack["StackStatusReason"]
    return f"Embedded stack {stack['StackId']} was not successfully {verb}: {reason}"
