"""The API of an HR system whose events only say that something has changed: it is asked for the record."""

import json
from dataclasses import dataclass, field
from enum import StrEnum

from dayone.adapters.hr.https import Reply
from dayone.errors import Throttled, Unreachable


class Mood(StrEnum):
    """States of the system when it is asked."""

    WELL = "well"
    DOWN = "down"
    FAILING = "failing"
    CROWDED = "crowded"
    SLOW = "slow"


@dataclass
class HrApi:
    """Its records by the last part of their address; `hidden` are those that it answers 403 for."""

    records: dict[str, object] = field(default_factory=dict)
    mood: Mood = Mood.WELL
    hidden: set[str] = field(default_factory=set)

    @property
    def patience(self) -> float:
        """Seconds until it answers, or until nobody waits for an answer any more."""
        return {Mood.SLOW: 5.0, Mood.DOWN: 6.0}.get(self.mood, 0.1)

    def call(self, url: str, *, method: str, headers: dict[str, str], body: bytes) -> Reply:
        """Answer a request for one record."""
        del method, headers, body
        match self.mood:
            case Mood.DOWN:
                raise Unreachable(f"{url} cannot be reached")
            case Mood.FAILING:
                raise Unreachable("the answer is 500")
            case Mood.CROWDED:
                raise Throttled("the answer is 429", retry_after=40.0)
        name = url.partition("?")[0].rstrip("/").rpartition("/")[2]
        if name in self.hidden:
            return Reply(status=403, body=b"")
        found = self.records.get(name)
        return Reply(status=404, body=b"") if found is None else Reply(status=200, body=json.dumps(found).encode())
