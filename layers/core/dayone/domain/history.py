"""Which of the changes of the past somebody asks for."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from dayone.domain.changes import CauseKind, Change, ChangeState, ulid
from dayone.domain.subjects import Subject

# Places are texts of these; a key condition takes no empty text.
_FIRST, _LAST = "0", "~"


@dataclass(frozen=True, kw_only=True)
class ChangesWanted:
    """All of them unless it says otherwise; by when they were taken in here from `since` until before `until`.

    With a `subject`, those that have planned it.
    """

    state: ChangeState | None = None
    kind: CauseKind | None = None
    subject: Subject | None = None
    since: datetime | None = None
    until: datetime | None = None

    def has(self, change: Change) -> bool:
        """Whether a change of its subject and time is wanted."""
        return self.state in (None, change.state) and self.kind in (None, change.cause.kind)

    @property
    def places(self) -> tuple[str, str]:
        """The first and the last place that a change of its time can have."""
        first = ulid(self.since, entropy=bytes(10)) if self.since else _FIRST
        last = ulid(self.until - timedelta(milliseconds=1), entropy=b"\xff" * 10) if self.until else _LAST
        return first, last


EVERY_CHANGE = ChangesWanted()
