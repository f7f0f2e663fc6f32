"""The server process: the emulator in its layers, over TLS. Started by ``LocalAws``."""

import asyncio
import importlib
import os
import shutil
import signal
import socket
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

from hypercorn.asyncio import serve
from hypercorn.config import Config, Sockets

from local_aws import inline_code, neptune_cloudformation
from local_aws.asgi import (
    App,
    ClientGoneError,
    Receive,
    Scope,
    Send,
    handler_of,
    read_request,
    send_answer,
)
from local_aws.control import ControlLayer
from local_aws.custom_resources import CustomResources, ResponseLayer
from local_aws.event_rules import EventRules
from local_aws.faults import FaultLayer
from local_aws.lambdas import make_runtime
from local_aws.neptune import NeptuneApi
from local_aws.nested_stacks import NestedStacks
from local_aws.scene import Scene
from local_aws.stack_actions import StackActions
from local_aws.stack_engine import StackEngine


class _ListeningConfig(Config):
    """Hypercorn's configuration with a socket that listens already."""

    def __init__(self, listening: socket.socket) -> None:
        super().__init__()
        self._listening = listening
        self.certfile = os.environ["MINISTACK_SSL_CERT"]
        self.keyfile = os.environ["MINISTACK_SSL_KEY"]
        self.keep_alive_timeout = 75
        self.loglevel = "WARNING"

    def create_sockets(self) -> Sockets:
        return Sockets([self._listening], [], [])


def build_app(emulator: App, account_id: str) -> App:
    """Put the layers around the emulator, and change what they cannot."""
    responses = ResponseLayer(handler_of(emulator))
    neptune = NeptuneApi()
    neptune_cloudformation.install(neptune.snapshot_record)
    neptune.install()
    inline_code.install()
    _correct(responses, lambda: neptune.scene)
    faults = FaultLayer(responses, account_id)
    handle = ControlLayer(faults, faults, neptune)

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await emulator(scope, receive, send)
            return
        with suppress(ClientGoneError):
            await send_answer(send, await handle(await read_request(scope, receive)))

    return app


def _correct(responses: ResponseLayer, scene: Callable[[], Scene]) -> None:
    engine = StackEngine()
    engine.install()
    CustomResources(engine, responses, scene).install()
    NestedStacks(engine).install()
    StackActions(scene).install()
    EventRules(scene).install()


def main() -> None:
    """Serve until killed, or until the process that started this one is gone."""
    descriptor, directory = int(sys.argv[1]), Path(sys.argv[2])
    threading.Thread(target=_end_with_parent, args=(directory,), daemon=True).start()
    sys.executable = str(make_runtime(directory / "lambda-runtime"))
    listening = socket.socket(fileno=descriptor)
    # Imported here because it reads its settings from the environment at once.
    emulator: App = importlib.import_module("ministack.app").app
    app = build_app(emulator, os.environ["MINISTACK_ACCOUNT_ID"])
    asyncio.run(serve(app, _ListeningConfig(listening)))  # type: ignore[arg-type]


def _end_with_parent(directory: Path) -> NoReturn:
    # The other end of this pipe is held by the parent alone: it closes when the parent ends,
    # however it ends.
    while os.read(sys.stdin.fileno(), 1024):
        pass
    shutil.rmtree(directory, ignore_errors=True)
    # This process leads a group of which all Lambda processes are members.
    os.killpg(os.getpgrp(), signal.SIGKILL)
    raise SystemExit  # for the type checker: nothing survives the line above


if __name__ == "__main__":
    main()
