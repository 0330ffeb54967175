"""How many connections are open, of everybody and of each address, and which of them makes room for a new one."""

from collections import OrderedDict
from collections.abc import Callable
from typing import Protocol


class Connection(Protocol):
    """What is counted."""

    @property
    def address(self) -> str:
        """Of the client."""

    def drop(self, reason: str) -> None:
        """Close it at once, whatever is under way."""


class _Group:
    """Connections that share a limit."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self.members: set[Connection] = set()
        self.waiting: OrderedDict[Connection, None] = OrderedDict()
        """Those with no request in work, the one that has waited longest first."""

    def make_room(self) -> bool:
        """Drop the one that has waited longest, if that is needed; False if all are at work."""
        if len(self.members) < self._limit:
            return True
        if not self.waiting:
            return False
        next(iter(self.waiting)).drop("made room")
        return True


_BURST = 16
"""So many connections fewer than there were are the end of a burst."""


class Connections:
    """The open connections; used by the event loop's thread alone."""

    def __init__(
        self,
        limit: int,
        limit_per_address: int,
        on_burst_end: Callable[[], None] = lambda: None,
        is_proxy: Callable[[str], bool] = lambda _address: False,
    ) -> None:
        """None yet.

        Args:
            limit: of all.
            limit_per_address: of one client's.
            on_burst_end: told that many have gone.
            is_proxy: whether an address is many clients', and may have all of them.
        """
        self._limit = limit
        self._is_proxy = is_proxy
        self._on_burst_end = on_burst_end
        self._most = 0
        """That were open at a time, since the end of the last burst."""
        self._limit_per_address = limit_per_address
        self._all = _Group(limit)
        self._by_address: dict[str, _Group] = {}

    def __len__(self) -> int:
        return len(self._all.members)

    def add(self, one: Connection) -> bool:
        """Count a new connection, which waits for its first request; False if it is one too many.

        One too many may still ask how the service is: it is the next that makes room for another.
        """
        limit = self._limit if self._is_proxy(one.address) else self._limit_per_address
        groups = (self._by_address.setdefault(one.address, _Group(limit)), self._all)
        has_room = all(group.make_room() for group in groups)
        for group in groups:
            group.members.add(one)
        self._most = max(self._most, len(self))
        self.wait(one)
        return has_room

    def remove(self, one: Connection) -> None:
        """It is closed, or about to be."""
        self.work(one)
        self._all.members.discard(one)
        own = self._by_address.get(one.address)
        if own is not None:
            own.members.discard(one)
            if not own.members:
                del self._by_address[one.address]
        if len(self) <= self._most - _BURST:
            self._most = len(self)
            self._on_burst_end()

    def wait(self, one: Connection) -> None:
        """It has no request in work; one that was removed stays so."""
        for group in self._groups(one):
            if one in group.members:
                group.waiting.setdefault(one)

    def work(self, one: Connection) -> None:
        """It has one."""
        for group in self._groups(one):
            group.waiting.pop(one, None)

    def _groups(self, one: Connection) -> tuple[_Group, ...]:
        own = self._by_address.get(one.address)
        return (self._all,) if own is None else (self._all, own)
