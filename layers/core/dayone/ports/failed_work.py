"""What has failed and is still wanted, as the sweep needs it."""

from collections.abc import Sequence
from typing import Protocol

from dayone.domain.failed_work import FailedWork
from dayone.domain.subjects import Subject


class FailedSubjects(Protocol):
    """The subjects of which something has failed; the executor adds to them with the end of an operation."""

    def all(self) -> Sequence[FailedWork]:
        """Every one of them."""

    def keep(self, failed: FailedWork) -> None:
        """Note it instead of what was known of its subject."""

    def forget(self, subject: Subject) -> None:
        """Nothing of it is to be planned again; harmless when that is known."""
