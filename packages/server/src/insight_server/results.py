"""Where results wait for those who asked."""

from collections import OrderedDict

from shared.messages import Result


class Results:
    """Knows which messages are pending and which are done; forgets the oldest."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._pending: set[str] = set()
        self._done: OrderedDict[str, Result] = OrderedDict()

    def __contains__(self, id_: str) -> bool:
        return id_ in self._pending or id_ in self._done

    def expect(self, id_: str) -> None:
        """Remember that a message was taken."""
        self._pending.add(id_)

    def put(self, result: Result) -> None:
        """Keep the result of a message; a second one for the same message changes nothing."""
        if result.id in self._done:
            return
        self._pending.discard(result.id)
        self._done[result.id] = result
        while len(self._done) > self._most:
            self._done.popitem(last=False)

    def get(self, id_: str) -> Result | None:
        """Return the result, or None while it is pending or when it is not known."""
        return self._done.get(id_)
