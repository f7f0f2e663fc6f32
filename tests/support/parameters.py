"""A Parameter Store."""

from collections.abc import Callable
from typing import Any

from fake_neptune import ApiError


class ParameterStore:
    """The operations of the ``ssm`` client that the provider uses.

    ``witness`` is told of every change before it is made: name and new value.
    """

    def __init__(self, witness: Callable[[str, str], None] = lambda _, __: None) -> None:
        self.values: dict[str, str] = {}
        self._witness = witness

    def get_parameter(self, *, Name: str) -> dict[str, Any]:  # noqa: N803 - API
        if Name not in self.values:
            raise ApiError("ParameterNotFound", Name)
        return {"Parameter": {"Name": Name, "Value": self.values[Name]}}

    def put_parameter(self, *, Name: str, Value: str, Type: str, Overwrite: bool) -> dict[str, Any]:  # noqa: N803 - API
        if Type != "String" or (Name in self.values and not Overwrite):
            raise ApiError("ParameterAlreadyExists", Name)
        self._witness(Name, Value)
        self.values[Name] = Value
        return {"Version": 1}
