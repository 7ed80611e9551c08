"""What travels on the inbox: which subject to look at again, because of what."""

from dataclasses import dataclass

from dayone.domain.changes import Cause, CauseKind, Decision
from dayone.domain.people import Person
from dayone.domain.subject_states import FactVersion
from dayone.domain.subjects import Subject, SubjectKind


@dataclass(frozen=True, kw_only=True)
class PlanRequest:
    """Look at `subject` again.

    A person's request may bring the fact itself with its version; an account's with `refresh` asks for the account's
    truth to be read from Organizations first; `policy_version` is set when the subject is the policy, and `cursor` says
    where a run before this one has stopped. `decision` is
    what was said to the removals that the change held: of this subject, or, when that is the change itself, of all.
    """

    subject: Subject
    cause: Cause
    person: Person | None = None
    version: FactVersion | None = None
    refresh: bool = False
    policy_version: int | None = None
    cursor: str = ""
    decision: Decision | None = None

    @property
    def delivery(self) -> str:
        """The name of the delivery behind it where the sender may repeat one under the same id, else empty."""
        is_delivered = self.cause.kind is CauseKind.HR_EVENT and self.subject.kind is SubjectKind.PERSON
        return f"{self.cause.actor}:{self.cause.reference}" if is_delivered else ""
