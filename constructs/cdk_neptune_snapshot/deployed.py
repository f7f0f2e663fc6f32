"""What a resource will be in the template, with every override that an app can make."""

import json
import tempfile
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import jsii
from aws_cdk import cx_api


@jsii.implements(cdk.ISynthesisSession)
class _Session:
    """Has a stack write its template into a folder of its own; jsii needs all as properties."""

    def __init__(self, folder: str) -> None:
        self._assembly = cx_api.CloudAssemblyBuilder(folder)
        self._folder = folder
        self._validates: bool | None = False

    @property
    def assembly(self) -> cx_api.CloudAssemblyBuilder:
        return self._assembly

    @assembly.setter
    def assembly(self, value: cx_api.CloudAssemblyBuilder) -> None:
        self._assembly = value

    @property
    def outdir(self) -> str:
        return self._folder

    @outdir.setter
    def outdir(self, value: str) -> None:
        self._folder = value

    @property
    def validate_on_synth(self) -> bool | None:
        return self._validates

    @validate_on_synth.setter
    def validate_on_synth(self, value: bool | None) -> None:
        self._validates = value


def properties(resource: cdk.CfnResource) -> dict[str, Any]:
    """Read the properties of a resource; to be called from a validation, when all are final.

    No API of the CDK reads ``add_override``, so the stack writes its template once more.
    """
    stack = cdk.Stack.of(resource)
    synthesizer = stack.synthesizer
    if not isinstance(synthesizer, cdk.StackSynthesizer):
        return dict(resource._cfn_properties)  # noqa: SLF001 - there is no public reader
    with tempfile.TemporaryDirectory() as folder:
        synthesizer._synthesize_template(_Session(folder))  # noqa: SLF001 - meant for subclasses
        template = json.loads((Path(folder) / stack.template_file).read_text())
    name = stack.resolve(resource.logical_id)
    return dict(template.get("Resources", {}).get(name, {}).get("Properties", {}))
