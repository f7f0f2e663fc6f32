"""A stack that stays in progress, for requests that do not come from CloudFormation.

Our provider changes nothing for a request whose stack waits for nothing.
"""

import json
from typing import Any, Final

from local_aws import LocalAws

_TEMPLATE: Final[dict[str, Any]] = {
    "Resources": {
        "Handle": {"Type": "AWS::CloudFormation::WaitConditionHandle"},
        "Wait": {
            "Type": "AWS::CloudFormation::WaitCondition",
            "Properties": {"Handle": {"Ref": "Handle"}, "Timeout": "43200"},
        },
    }
}


def create(aws: LocalAws) -> str:
    """Have a stack wait for a signal that never comes; gives its ARN."""
    client = aws.client("cloudformation")
    created = client.create_stack(StackName="Pending", TemplateBody=json.dumps(_TEMPLATE))
    return created["StackId"]
