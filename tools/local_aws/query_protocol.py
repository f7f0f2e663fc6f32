"""Parameters and results of the RDS API between the wire and boto3's form, by botocore's model."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import cache
from typing import Any, Final
from xml.etree import ElementTree as ET

import botocore.session
from botocore.model import ListShape, OperationModel, ServiceModel, Shape, StructureShape

_SERVICE: Final = "rds"
"""Its model has all that Neptune's has, and the quotas."""


@cache
def _service() -> ServiceModel:
    return botocore.session.get_session().get_service_model(_SERVICE)


@cache
def operation(action: str) -> OperationModel:
    """Return the model of an action of the API."""
    return _service().operation_model(action)


def arguments(action: str, parameters: Mapping[str, str]) -> dict[str, Any]:
    """Read the parameters of a request as the arguments that boto3 was called with."""
    shape = operation(action).input_shape
    found = _read(shape, parameters, "") if shape else {}
    return dict(found)


def result_xml(action: str, result: Mapping[str, Any]) -> str:
    """Write a result, or nothing where the action has none."""
    shape = operation(action).output_shape
    if shape is None:
        return ""
    element = ET.Element(shape.serialization["resultWrapper"])
    _write(shape, element, result)
    return ET.tostring(element, encoding="unicode")


def _read(shape: Shape, parameters: Mapping[str, str], prefix: str) -> Any:  # noqa: ANN401 - any shape's
    if isinstance(shape, StructureShape):
        found = {}
        for name, member in shape.members.items():
            path = f"{prefix}.{_name(member, name)}" if prefix else _name(member, name)
            if any(key == path or key.startswith(f"{path}.") for key in parameters):
                found[name] = _read(member, parameters, path)
        return found
    if isinstance(shape, ListShape):
        items = f"{prefix}.{_name(shape.member, 'member')}"
        return [_read(shape.member, parameters, path) for path in _numbered(items, parameters)]
    text = parameters[prefix]
    if shape.type_name == "boolean":
        return text == "true"
    return int(text) if shape.type_name == "integer" else text


def _numbered(items: str, parameters: Mapping[str, str]) -> Iterable[str]:
    number = 1
    while any(
        key == f"{items}.{number}" or key.startswith(f"{items}.{number}.") for key in parameters
    ):
        yield f"{items}.{number}"
        number += 1


def _write(shape: Shape, element: ET.Element, value: Any) -> None:  # noqa: ANN401 - any shape's
    if isinstance(shape, StructureShape):
        for name, member in shape.members.items():
            # AWS leaves out what is not set.
            if value.get(name) is not None:
                _write(member, ET.SubElement(element, _name(member, name)), value[name])
    elif isinstance(shape, ListShape):
        for item in value:
            _write(shape.member, ET.SubElement(element, _name(shape.member, "member")), item)
    else:
        element.text = _text(value)


def _text(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _name(shape: Shape, default: str) -> str:
    name: str = shape.serialization.get("name", default)
    return name
