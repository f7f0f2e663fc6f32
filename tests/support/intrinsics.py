"""What CloudFormation makes of the functions in a template."""

from collections.abc import Callable
from typing import Any


def rendered(
    value: Any,  # noqa: ANN401 - any JSON goes in and comes out
    ref: Callable[[str], str],
    attribute: Callable[[str, str], str],
) -> Any:  # noqa: ANN401 - likewise
    """Replace functions by their values; ``ref`` and ``attribute`` know those of resources."""
    if isinstance(value, list):
        return [rendered(item, ref, attribute) for item in value]
    match value:
        case {"Ref": name}:
            return ref(name)
        case {"Fn::GetAtt": [name, wanted]}:
            return attribute(name, wanted)
        case {"Fn::Join": [separator, parts]}:
            return separator.join(rendered(parts, ref, attribute))
        case {"Fn::Split": [separator, text]}:
            return rendered(text, ref, attribute).split(separator)
        case {"Fn::Select": [index, parts]}:
            return rendered(parts, ref, attribute)[int(index)]
        case dict():
            return {key: rendered(item, ref, attribute) for key, item in value.items()}
    return value
