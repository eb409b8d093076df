"""How a long task speaks: a generator that yields `Progress`; closing the generator cancels the task."""

from dataclasses import dataclass
from typing import Generic, TypeVar

Result = TypeVar("Result", covariant=True)


@dataclass(frozen=True)
class Progress(Generic[Result]):
    """One step of a long task.

    Attributes:
        done: steps finished so far, 0 <= done <= total.
        total: steps in all, as known now.
        note: what was just done, for people.
        results: what this step finished; empty when it finished nothing.
    """

    done: int
    total: int
    note: str = ""
    results: tuple[Result, ...] = ()
