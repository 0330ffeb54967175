"""One more thread of a worker, which writes pictures while the engine paints the next one."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from types import TracebackType
from typing import Self


class Keeper:
    """Does one thing at a time beside the thread that gives it; a context manager, which ends when all is done."""

    def __init__(self, name: str) -> None:
        """Prepare; the thread is started when something is given.

        Args:
            name: of the thread.
        """
        self._thread = ThreadPoolExecutor(1, thread_name_prefix=name)
        self._given: Future[None] | None = None

    def give(self, work: Callable[[], None]) -> None:
        """Have something done, once what was given before is done; its log lines have this thread's context.

        Raises:
            BaseException: what the work before raised.
        """
        self.wait()
        self._given = self._thread.submit(copy_context().run, work)

    def wait(self) -> None:
        """Return when nothing is left to do.

        Raises:
            BaseException: what the work raised.
        """
        given, self._given = self._given, None
        if given is not None:
            given.result()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        try:
            self.wait()
        finally:
            self._thread.shutdown()
