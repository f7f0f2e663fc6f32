"""The listening socket, which remembers its connections so that they can be reset."""

import socket
import struct
from contextlib import suppress
from typing import Any
from weakref import WeakValueDictionary

_Address = tuple[str, int]


class ResettableSocket(socket.socket):
    """A listening socket whose accepted connections can be reset by their client's address."""

    def __init__(self, fileno: int) -> None:
        """Take over a socket that listens already."""
        super().__init__(fileno=fileno)
        self._accepted: WeakValueDictionary[_Address, socket.socket] = WeakValueDictionary()

    def accept(self) -> tuple[socket.socket, Any]:
        """Accept a connection and remember it while it is open."""
        connection, address = super().accept()
        self._accepted[address] = connection
        return connection, address

    def reset(self, client: _Address) -> None:
        """Cut the connection of a client without another word."""
        connection = self._accepted.get(client)
        if connection is None:
            return
        with suppress(OSError):
            # Linger for no time at all: closing sends RST, whatever is still to be written.
            linger = struct.pack("ii", 1, 0)
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            connection.shutdown(socket.SHUT_RDWR)
