"""Hand on what somebody has told of several people at once, as one change."""

from dayone.contracts.hr.packed_workforce import unpacked
from dayone.domain.commands import ApplyHrRecord, ImportManualPeople
from dayone.domain.hr_sources import BY_HAND
from dayone.domain.subjects import Subject, SubjectKind
from dayone.domain.tellings import telling_of
from dayone.ports.state import Changes, Inbox


def tell_by_hand(command: ImportManualPeople, *, changes: Changes, inbox: Inbox) -> str:
    """Put everybody of the command's workforce on the inbox; says how many. The same command again is harmless."""
    cause, people = command.cause, unpacked(command.workforce)
    changes.open(cause)
    inbox.put(
        ApplyHrRecord(
            subject=Subject(SubjectKind.PERSON, person),
            cause=cause,
            record=telling_of(said, source=BY_HAND, at=cause.at, teller=cause.actor),
        )
        for person, said in people.items()
    )
    changes.expect(cause.change, subjects=len(people))
    return f"{len(people)} people"
