"""A boto3 client of a service in memory: real parameters, and refusals as boto3 raises them.

A backend is any object with one method for each operation, named as boto3 names it and taking the
operation's parameters as they are. A new operation needs a new method there, and nothing here.
"""

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any, Final, Protocol

import botocore.session
from botocore import xform_name
from botocore.model import ServiceModel
from botocore.validate import ParamValidator

from fake_neptune.errors import ApiError, client_error


class Carry(Protocol):
    """Carries a call out, or lets it fail."""

    def __call__(
        self,
        operation: str,
        effect: Callable[[], dict[str, Any]],
        parameters: Mapping[str, Any],
    ) -> dict[str, Any]:
        """``effect`` carries out ``operation``, which is the API's name of it."""
        ...


def _at_once(
    operation: str,  # noqa: ARG001 - as the Protocol
    effect: Callable[[], dict[str, Any]],
    parameters: Mapping[str, Any],  # noqa: ARG001 - likewise
) -> dict[str, Any]:
    return effect()


class Client:
    """One boto3 client."""

    def __init__(self, service: str, backend: object, carry: Carry = _at_once) -> None:
        self._service = service
        self._backend = backend
        self._carry = carry

    def __getattr__(self, name: str) -> Callable[..., dict[str, Any]]:
        """Any operation that the service has and the backend knows."""

        def call(**parameters: Any) -> dict[str, Any]:  # noqa: ANN401 - any operation's
            operation = _checked(self._service, name, parameters)
            method: Callable[..., dict[str, Any]] = getattr(self._backend, name)

            def effect() -> dict[str, Any]:
                try:
                    return method(**parameters)
                except ApiError as error:
                    raise client_error(
                        error.code, error.message, operation, error.status
                    ) from error

            return self._carry(operation, effect, parameters)

        return call

    def get_paginator(self, name: str) -> "Paginator":
        """Pages as botocore's."""
        return Paginator(getattr(self, name))


class Paginator:
    """Follows ``Marker`` from page to page."""

    def __init__(self, call: Callable[..., dict[str, Any]]) -> None:
        self._call = call

    def paginate(self, **parameters: Any) -> Iterator[dict[str, Any]]:  # noqa: ANN401 - any operation's
        """All pages; each is a call."""
        marker: dict[str, str] = {}
        while True:
            page = self._call(**parameters, **marker)
            yield page
            if not page.get("Marker"):
                return
            marker = {"Marker": page["Marker"]}


_VALIDATOR: Final = ParamValidator()


@cache
def _model(service: str) -> tuple[ServiceModel, dict[str, str]]:
    model = botocore.session.get_session().get_service_model(service)
    return model, {xform_name(name): name for name in model.operation_names}


def _checked(service: str, name: str, parameters: dict[str, Any]) -> str:
    """Check the parameters against the service's own model; the operation's real name."""
    model, names = _model(service)
    operation = names[name]
    shape = model.operation_model(operation).input_shape
    report = _VALIDATOR.validate(parameters, shape) if shape else None
    if report and report.has_errors():
        raise AssertionError(report.generate_report())
    return operation
