"""Virtual time, and processes that take turns: nothing sleeps and nothing runs in parallel.

A process is a thread that only runs while everybody else stands still. It gives the turn back
whenever it lets time pass (a call to AWS, a sleep), so two processes interleave at their calls,
in an order that depends on nothing but virtual time.
"""

import heapq
import itertools
import threading
from collections.abc import Callable
from contextlib import suppress


class Killed(BaseException):
    """The process is gone; like a real kill, no ``except Exception`` notices it."""


class Engine:
    """What happens when."""

    def __init__(self) -> None:
        self.now = 1_000_000.0
        self.current: Process | None = None
        self.alive: list[Process] = []
        self._horizon = self.now
        self._order = itertools.count()
        self._queue: list[tuple[float, int, Callable[[], object]]] = []

    def after(self, seconds: float, action: Callable[[], object]) -> None:
        """Let something happen later."""
        heapq.heappush(self._queue, (self.now + seconds, next(self._order), action))

    def run(self, seconds: float, until: Callable[[], bool] = lambda: False) -> None:
        """Let time pass, or less of it if what one waits ``until`` comes first."""
        end = self.now + seconds
        self._horizon = end
        while self._queue and self._queue[0][0] <= end and not until():
            self.now, _, action = heapq.heappop(self._queue)
            action()
        if not until():
            self.now = end

    def is_quiet_until(self, time: float) -> bool:
        """Whether nobody else wants a turn before then."""
        return time <= self._horizon and (not self._queue or self._queue[0][0] > time)

    def stop(self) -> None:
        """End every process."""
        for process in list(self.alive):
            process.kill()
        self._queue.clear()


class Process:
    """One invocation of a function, on a machine of its own that may vanish."""

    def __init__(
        self,
        engine: Engine,
        body: Callable[[], None],
        on_end: Callable[[BaseException | None], None],
        lifetime: float,
    ) -> None:
        self.ends_at = engine.now + lifetime
        self.killed = False
        self.crhelper_timer: tuple[float, Callable[[], None]] | None = None
        self._engine = engine
        self._body = body
        self._on_end = on_end
        self._error: BaseException | None = None
        self._ended = False
        self._turn = threading.Semaphore(0)
        self._back = threading.Semaphore(0)
        self._thread = threading.Thread(target=self._main, daemon=True)
        engine.alive.append(self)
        self._thread.start()
        engine.after(0, self._step)

    def pause(self, seconds: float) -> None:
        """Let time pass; called by the process itself.

        Raises:
            Killed: its time is over, or somebody ended it.
        """
        end = self._engine.now + seconds
        if self.crhelper_timer and self.crhelper_timer[0] <= end:
            fires_at, action = self.crhelper_timer
            self.crhelper_timer = None
            self._pause_until(max(fires_at, self._engine.now))
            action()
        self._pause_until(min(max(end, self._engine.now), self.ends_at))
        if end >= self.ends_at:
            self.killed = True
        self.check()

    def check(self) -> None:
        """Notice that one is dead."""
        if self.killed:
            raise Killed

    def kill(self) -> None:
        """End the process, from outside."""
        self.killed = True
        if not self._ended and self._engine.current is not self:
            self._step()

    def _pause_until(self, time: float) -> None:
        self.check()
        if self._engine.is_quiet_until(time):
            self._engine.now = time
            return
        self._engine.after(time - self._engine.now, self._step)
        self._back.release()
        self._turn.acquire()
        self.check()

    def _step(self) -> None:
        if self._ended:
            return
        before, self._engine.current = self._engine.current, self
        self._turn.release()
        self._back.acquire()
        self._engine.current = before
        if self._ended:
            self._thread.join()
            with suppress(ValueError):
                self._engine.alive.remove(self)
            self._on_end(self._error)

    def _main(self) -> None:
        self._turn.acquire()
        try:
            self.check()
            self._body()
        except BaseException as error:  # noqa: BLE001 - however it ends, the turn goes back
            self._error = error
        self._ended = True
        self._back.release()
