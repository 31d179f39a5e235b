"""Calls side by side, each in a thread that nobody has to wait for."""

import threading
import time
from typing import Callable, Generic, List, Optional, Sequence, TypeVar

Result = TypeVar("Result")


class Running(Generic[Result]):
    """One call in a daemon thread: a resolver that hangs must not hold the process."""

    def __init__(self, call: Callable[[], Result]) -> None:
        self._call = call
        self._result: Optional[Result] = None
        self._error: Optional[BaseException] = None
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        try:
            self._result = self._call()
        except BaseException as error:  # noqa: BLE001 - raised again in result()
            self._error = error

    def result(self, seconds: float) -> Optional[Result]:
        """Return what the call returned, None if it is not done in time."""
        self._thread.join(max(seconds, 0))
        if self._error is not None:
            raise self._error
        return self._result


def side_by_side(
    calls: Sequence[Callable[[], Result]], seconds: float
) -> List[Optional[Result]]:
    """Return the results in order, None for each call that is not done in time."""
    ends_at = time.monotonic() + seconds
    running = [Running(call) for call in calls]
    return [one.result(ends_at - time.monotonic()) for one in running]
