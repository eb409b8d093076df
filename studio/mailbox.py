"""A place for one thing between two threads."""

import threading
from typing import Generic, TypeVar

Item = TypeVar("Item")


class Mailbox(Generic[Item]):
    """The newest thing overwrites what nobody took; so a reader that is slow is late by one thing, never by a queue."""

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._item: Item | None = None
        self._closed = False

    def put(self, item: Item) -> None:
        """Leave a thing, in place of one that nobody took."""
        with self._condition:
            self._item = item
            self._condition.notify()

    def take(self) -> Item | None:
        """Wait for a thing and take it; None once the mailbox is closed."""
        with self._condition:
            self._condition.wait_for(lambda: self._closed or self._item is not None)
            item, self._item = self._item, None
            return None if self._closed else item

    def take_now(self) -> Item | None:
        """Take the thing that lies here; None where there is none."""
        with self._condition:
            item, self._item = self._item, None
            return item

    @property
    def waits(self) -> bool:
        """Whether a reader has something to do: a thing lies here, or the mailbox is closed."""
        with self._condition:
            return self._closed or self._item is not None

    def close(self) -> None:
        """Let the reader go."""
        with self._condition:
            self._closed = True
            self._condition.notify()
