"""What travels on the inbox: which subject to look at again, because of what."""

from dataclasses import dataclass
from datetime import datetime

from dayone.domain.changes import Cause, CauseKind, Decision
from dayone.domain.grants import Grant
from dayone.domain.people import Person
from dayone.domain.subject_states import FactVersion, Telling
from dayone.domain.subjects import Resource, Subject, SubjectKind


@dataclass(frozen=True, kw_only=True)
class Hint:
    """That something about a source's record may have changed since `at`, by its id in that source.

    With `is_deletion` the source says that the record is gone. `attempts` counts how often it was put aside.
    """

    record: str
    at: datetime
    is_deletion: bool = False
    attempts: int = 0


@dataclass(frozen=True, kw_only=True)
class PlanRequest:
    """Look at `subject` again.

    A person's request may bring the fact itself with its version; an account's with `refresh` asks for the account's
    truth to be read from Organizations first, and with `first_look` says that it was there before Day One, unless
    somebody has heard of it, and with `anew` that what it has is to be made again. A telling with `follows` counts only
    while that is the tag of what was told last. `policy_version` is set when the subject is the policy, and `cursor`
    says where a run before this one has stopped. `decision` is
    what was said to the removals that the change held: of this subject, or, when that is the change itself, of all.
    Without one, a change as the subject is to be tried again: `subjects` are those to look at, or none for all that
    have failed.

    A `telling` is what one HR source says of a person. When the subject is an HR source, `hint` names a record to ask
    it for, or `workforce` is everybody it knows, as `contracts.hr.packed_workforce` writes it.

    A `grant` is all that is known of one of the subject's, to be joined with what is remembered of it.

    `missing` are resources that AWS was seen not to have any more, although they are on record.
    """

    subject: Subject
    cause: Cause
    person: Person | None = None
    version: FactVersion | None = None
    refresh: bool = False
    first_look: bool = False
    anew: bool = False
    follows: str = ""
    policy_version: int | None = None
    cursor: str = ""
    decision: Decision | None = None
    subjects: tuple[Subject, ...] = ()
    telling: Telling | None = None
    hint: Hint | None = None
    workforce: str = ""
    grant: Grant | None = None
    missing: tuple[Resource, ...] = ()

    @property
    def delivery(self) -> str:
        """The name of the delivery behind it where the sender may repeat one under the same id, else empty."""
        is_delivered = self.cause.kind is CauseKind.HR_EVENT and self.subject.kind is SubjectKind.PERSON
        return f"{self.cause.actor}:{self.cause.reference}" if is_delivered else ""
