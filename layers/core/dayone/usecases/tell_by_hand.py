"""Hand on what somebody has told of several people at once, as one change."""

from dayone.contracts.hr.packed_workforce import unpacked
from dayone.domain.hr_sources import BY_HAND
from dayone.domain.requests import PlanRequest
from dayone.domain.subjects import Subject, SubjectKind
from dayone.domain.tellings import telling_of
from dayone.ports.state import Changes, Inbox


def tell_by_hand(request: PlanRequest, *, changes: Changes, inbox: Inbox) -> str:
    """Put everybody of the request's workforce on the inbox; says how many. The same request again is harmless."""
    cause, people = request.cause, unpacked(request.workforce)
    changes.open(cause)
    inbox.put(
        PlanRequest(
            subject=Subject(SubjectKind.PERSON, person),
            cause=cause,
            telling=telling_of(said, source=BY_HAND, at=cause.at),
        )
        for person, said in people.items()
    )
    changes.expect(cause.change, subjects=len(people))
    return f"{len(people)} people"
