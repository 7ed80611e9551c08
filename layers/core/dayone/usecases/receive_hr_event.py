"""Take one delivery of an HR system: prove who sent it, read it, and put it on the inbox before saying yes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from dayone.contracts.deliveries import Delivery
from dayone.contracts.hr import standard
from dayone.domain.changes import Cause, CauseKind
from dayone.domain.requests import PlanRequest
from dayone.domain.subject_states import FactVersion
from dayone.domain.subjects import Subject, SubjectKind
from dayone.domain.ulids import ulid_of
from dayone.errors import NotFound, TooLarge
from dayone.ports.secrets import SigningKeys
from dayone.ports.state import Inbox

LARGEST_BODY = 256 * 1024  # bytes

_READERS: Mapping[str, Callable[..., standard.Told]] = {"standard": standard.read}


@dataclass(frozen=True, kw_only=True)
class ReceiveHrEvent:
    """What receiving needs."""

    keys: SigningKeys
    inbox: Inbox


def receive_hr_event(delivery: Delivery, *, ports: ReceiveHrEvent) -> str:
    """Returns the id of the change the event leads to; the same delivery again gives the same id.

    Raises NotFound for an unknown source, TooLarge, Unauthentic, Malformed or Invalid; then nothing was recorded.
    """
    reader = _READERS.get(delivery.source)
    if reader is None:
        raise NotFound(f"no HR source is called {delivery.source}; known: {', '.join(sorted(_READERS))}")
    if len(delivery.body) > LARGEST_BODY:
        raise TooLarge(f"the body is over {LARGEST_BODY} bytes")
    told = reader(delivery.body, headers=delivery.headers, keys=ports.keys.keys(delivery.source))
    actor = f"hr:{delivery.source}"
    change = ulid_of(told.at, name=f"{actor}:{told.reference}")
    cause = Cause(change=change, kind=CauseKind.HR_EVENT, actor=actor, reference=told.reference, at=told.at)
    request = PlanRequest(
        subject=Subject(SubjectKind.PERSON, told.person.id),
        cause=cause,
        person=told.person,
        version=FactVersion(at=told.at, digest=told.digest),
    )
    ports.inbox.put([request])
    return change
