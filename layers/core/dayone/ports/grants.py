"""What the use cases need remembered of grants; each is put on record in the transaction of the plan that it is in."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from dayone.domain.grants import Grant
from dayone.domain.subjects import Subject
from dayone.ports.records import Page


@dataclass(frozen=True, kw_only=True)
class GrantFilter:
    """Which grants are asked for: of a person or an account by id (whose subject, or who has it), or open ones alone.

    What is empty or None does not limit.
    """

    person: str = ""
    account: str = ""
    is_open: bool | None = None


class Grants(Protocol):
    """The grants that are on record, open or over."""

    def known(self, grant: str) -> Grant | None:
        """One by its id, as it was noted last, or None."""

    def accounts_of(self, person: str) -> Sequence[Subject]:
        """The accounts in which a person alone has a grant that was open when it was noted last."""

    def listed(self, asked: GrantFilter, *, cursor: str, limit: int) -> Page[Grant]:
        """The newest first, without a person or an account those that are open before the others.

        A part may hold fewer than `limit`, and none, with more to follow. Raises Invalid for a cursor that is not one
        of this list.
        """
