"""Answers of the RDS API as XML trees that can be changed and sent on."""

from collections.abc import Iterable, Mapping
from xml.etree import ElementTree as ET

from local_aws.asgi import Answer
from local_aws.errors import RDS_NAMESPACE

_OK = 200

ET.register_namespace("", RDS_NAMESPACE)


class Record:
    """One snapshot or cluster in an answer."""

    def __init__(self, element: ET.Element) -> None:
        """Wrap the element whose children are the record's fields."""
        self.element = element

    def get(self, name: str) -> str:
        """Text of a field; empty if it is absent."""
        return self.element.findtext(_qualified(name), default="")

    def set(self, name: str, value: str) -> None:
        """Change or add a field."""
        child = self.element.find(_qualified(name))
        if child is None:
            child = ET.SubElement(self.element, _qualified(name))
        child.text = value

    def remove(self, name: str) -> None:
        """Leave a field out of the answer."""
        child = self.element.find(_qualified(name))
        if child is not None:
            self.element.remove(child)

    def remove_empty(self) -> None:
        """Leave out fields without a value, as AWS does."""
        empty = [c for c in self.element if len(c) == 0 and not (c.text or "").strip()]
        for child in empty:
            self.element.remove(child)


class Document:
    """A successful answer of the RDS API."""

    def __init__(self, answer: Answer) -> None:
        """Read an answer."""
        self._answer = answer
        self._root = ET.fromstring(answer.body)  # noqa: S314 - made by the emulator in this process

    def records(self, name: str) -> list[Record]:
        """The records of a kind, such as ``DBClusterSnapshot``."""
        # The element of a list of one kind has another name, so that this finds records only.
        return [Record(element) for element in self._root.iter(_qualified(name))]

    @staticmethod
    def of_one(action: str, name: str, record: Record) -> bytes:
        """The body of an answer that holds just one record."""
        root = ET.Element(_qualified(f"{action}Response"))
        result = ET.SubElement(root, _qualified(f"{action}Result"))
        holder = ET.SubElement(result, _qualified(name))
        holder.extend(record.element)
        return _bytes(root)

    def keep(self, list_name: str, records: list[Record], marker: str | None) -> None:
        """Keep only these records of a list, and say where the next page begins."""
        holder = next(self._root.iter(_qualified(list_name)))
        holder[:] = [record.element for record in records]
        if marker is not None:
            result = next(iter(self._root))
            ET.SubElement(result, _qualified("Marker")).text = marker

    def answer(self) -> Answer:
        """The answer to send, with what has been changed."""
        return self._answer.with_body(_bytes(self._root))


def records_body(
    action: str, list_name: str, record_name: str, records: Iterable[Mapping[str, object]]
) -> bytes:
    """The body of an answer that lists records."""
    root = ET.Element(_qualified(f"{action}Response"))
    result = ET.SubElement(root, _qualified(f"{action}Result"))
    holder = ET.SubElement(result, _qualified(list_name))
    for fields in records:
        record = ET.SubElement(holder, _qualified(record_name))
        for field, value in fields.items():
            ET.SubElement(record, _qualified(field)).text = str(value)
    return _bytes(root)


def is_success(answer: Answer) -> bool:
    """Whether an answer is that of a successful call."""
    return answer.status == _OK


def _qualified(name: str) -> str:
    return f"{{{RDS_NAMESPACE}}}{name}"


def _bytes(root: ET.Element) -> bytes:
    return bytes(ET.tostring(root, encoding="utf-8"))
