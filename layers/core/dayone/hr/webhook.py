"""Receive one delivery of an HR system: authenticate it, parse it, and put it on the inbox before confirming it."""

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from dayone.errors import Invalid, Malformed, NotFound, Rejected, TooLarge, Unauthentic, Unavailable
from dayone.hr.connectors.base import Heard, challenge, comes_from, garbled, kind_called
from dayone.messages.deliveries import PINGS, TOKEN_OF_GUSTO, VERIFY_ELSEWHERE, Delivery
from dayone.model.changes import Cause, CauseKind, ulid_of
from dayone.model.commands import (
    ApplyHrRecord,
    Command,
    CountRefusals,
    FetchHrRecord,
    ImportWorkforce,
    NoteRefusedRecord,
)
from dayone.model.hr_sources import Source
from dayone.model.monitoring import REFUSED_DELIVERIES, RefusalReason, RefusedDeliveries, source_dimension
from dayone.model.subjects import Subject, SubjectKind
from dayone.ports.hr import HrSources, SigningKeys, TokenKeys
from dayone.ports.store import Inbox

# Characters of the id of a delivery, or of a record in it.
LONGEST_ID = 512
# Two dots would climb in the path of the record's address, and half a character cannot be written there.
_ID = re.compile(rf"(?!\.{{1,2}}\Z)[^\ud800-\udfff]{{0,{LONGEST_ID}}}")
_UNPROVEN = (
    "the delivery is not authenticated: there is no such address, or the signature or secret is missing or wrong, the "
    "signed time is more than five minutes off, or it comes from another network; the log says which"
)
_MOST_FINDINGS = 20
_EVERY = timedelta(minutes=1)


class Refusals:
    """Refused deliveries of a process, reported over the inbox at most once a minute.

    Anybody can send what is refused, and must not learn from the time of an answer which sources there are: a report
    goes out by the clock alone, whichever source was named. What was counted last is lost with its process.
    """

    def __init__(self, inbox: Inbox) -> None:
        self._inbox = inbox
        self._counts: Counter[tuple[str, RefusalReason]] = Counter()
        self._reported_at = datetime.min.replace(tzinfo=UTC)

    def count(self, source: str, error: Rejected, *, configured: Collection[str], now: datetime) -> None:
        """Count a refused delivery, and report what is due; when the inbox does not take it, it is due again."""
        # Anybody can name a source: what is not configured has no name here.
        name = source if source in configured else ""
        self._counts[name, _reason(error) if name else RefusalReason.UNKNOWN_SOURCE] += 1
        if now - self._reported_at < _EVERY:
            return
        counts = tuple(
            RefusedDeliveries(source=name, reason=reason, number=number)
            for (name, reason), number in sorted(self._counts.items())
        )
        change = ulid_of(now, name=f"refused deliveries: {counts}")
        cause = Cause(change=change, kind=CauseKind.HR_EVENT, actor="dayone", reference="refused", at=now)
        with suppress(Unavailable):
            self._inbox.put([CountRefusals(subject=REFUSED_DELIVERIES, cause=cause, counts=counts)])
            self._reported_at = now
            self._counts.clear()


def _reason(error: Rejected) -> RefusalReason:
    match error:
        case Unauthentic():
            return RefusalReason.SIGNATURE
        case NotFound():
            return RefusalReason.UNKNOWN_SOURCE
        case TooLarge():
            return RefusalReason.TOO_LARGE
        case Malformed():
            return RefusalReason.UNREADABLE
        case _:
            return RefusalReason.RECORD


@dataclass(frozen=True, kw_only=True)
class ReceiveHrEvent:
    """Ports for receiving."""

    sources: HrSources
    keys: SigningKeys
    token_keys: TokenKeys
    refusals: Refusals
    inbox: Inbox
    clock: Callable[[], datetime]


@dataclass(frozen=True, kw_only=True)
class Received:
    """Result of a delivery: its changes and notes, the text to echo, or the reason why it is ignored."""

    changes: tuple[str, ...] = ()
    echo: str = ""
    ignored: str = ""
    notes: tuple[str, ...] = ()


def receive_hr_event(delivery: Delivery, *, ports: ReceiveHrEvent) -> Received:
    """Receive a delivery; a repeated delivery leads to the same changes.

    Raises Unauthentic, NotFound for an unknown source if the delivery is authentic, TooLarge, Malformed or Invalid;
    then nothing was recorded, except the ends that the delivery states, where it is about several people, and a note on
    an Invalid one. For unsigned deliveries the response is the same whether the source exists or not.
    """
    try:
        if delivery.is_question:
            return Received(echo=challenge(delivery))
        if delivery.body.strip() in PINGS:
            return Received(ignored="it is a test of the connection")
        source, heard = _authentic(delivery, ports=ports)
        if heard.ignored:
            return Received(ignored=heard.ignored)
        commands = list(_commands(heard, source=source))
        refused = _refused(heard) if heard.refused else None
        noted = [_refusal(refused, source=source, now=ports.clock())] if refused else []
        if commands or noted:
            ports.inbox.put([*commands, *noted])
        if refused:
            raise refused
        return Received(changes=tuple(command.cause.change for command in commands), notes=heard.notes)
    except Rejected as error:
        with suppress(Unavailable):
            configured = ports.sources.configuration().sources
            ports.refusals.count(delivery.source, error, configured=configured, now=ports.clock())
        raise


def _authentic(delivery: Delivery, *, ports: ReceiveHrEvent) -> tuple[Source, Heard]:
    """Verify a delivery, then read it; whoever cannot prove who they are does not learn which sources there are."""
    sources = ports.sources.configuration().sources
    # For an unknown source the same work is done as for a known one: the duration would distinguish them.
    source = sources.get(delivery.source) or next(iter(sources.values()), None)
    if source is None:
        raise _unproven(delivery, sources=sources)
    largest = kind_called(source.kind).largest_body
    try:
        comes_from(delivery, source=source)
        keys = ports.token_keys.keys(source.tokens) if source.tokens else ports.keys.keys(source)
        heard = kind_called(source.kind).read(delivery, source=source, keys=keys, now=ports.clock())
    except Unauthentic as error:
        raise _unproven(delivery, sources=sources) from error
    except Invalid as error:
        # From here on the sender is authenticated; before, a limit would reveal the kind of a source.
        if len(delivery.body) > largest:
            raise TooLarge(f"the body is over {largest} bytes") from error
        _note(error, delivery, source=source, ports=ports)
        raise
    if delivery.source not in sources:
        raise NotFound(f"there is no HR source {delivery.source}; configured: {', '.join(sorted(sources))}")
    if len(delivery.body) > largest:
        raise TooLarge(f"the body is over {largest} bytes")
    ids = (heard.reference, *(notification.record for notification in heard.notifications))
    if not all(map(_ID.fullmatch, ids)):
        raise Malformed(
            f"an id of the delivery, or of a record in it, is over {LONGEST_ID} characters, half one, or `..`"
        )
    return source, heard


def _unproven(delivery: Delivery, *, sources: Collection[str]) -> Rejected:
    if TOKEN_OF_GUSTO in delivery.body:
        return Invalid("a verification token is not accepted here", findings=(VERIFY_ELSEWHERE,))
    # The same for every address, whether there is a source that reads files or not.
    return garbled(delivery.body) or Unauthentic(
        _UNPROVEN, source=source_dimension(delivery.source, configured=sources)
    )


def _refused(heard: Heard) -> Invalid:
    ends = len(heard.people) or heard.count
    people = "the end of 1 person was" if ends == 1 else f"the ends of {ends} people were"
    taken = f"only {people} taken" if ends else "nothing was taken"
    person = next(iter(heard.people)) if len(heard.people) == 1 else ""
    return Invalid(f"{taken}: correct the rest and send it again", findings=heard.refused, person=person)


def _note(error: Invalid, delivery: Delivery, *, source: Source, ports: ReceiveHrEvent) -> None:
    """Have a record named that was read and refused; not what cannot be read, nor what is of no source."""
    if delivery.source == source.name and not isinstance(error, Malformed):
        ports.inbox.put([_refusal(error, source=source, now=ports.clock())])


def _refusal(error: Invalid, *, source: Source, now: datetime) -> Command:
    """Return the command that records a refused record for operators: the sender may ignore the response."""
    cause = _cause(source, reference=f"refused/{error.person}/{now.isoformat()}", at=now)
    findings = error.findings[:_MOST_FINDINGS] or (str(error),)
    subject = Subject(SubjectKind.HR_SOURCE, source.name)
    return NoteRefusedRecord(subject=subject, cause=cause, person=error.person, findings=findings)


def _commands(heard: Heard, *, source: Source) -> Iterator[Command]:
    the_source = Subject(SubjectKind.HR_SOURCE, source.name)
    for person, record in heard.people.items():
        reference = heard.reference if len(heard.people) == 1 else f"{heard.reference}/{person}"
        # What is sent again once it is corrected is another change.
        reference = f"{reference}/end" if heard.refused else reference
        cause = _cause(source, reference=reference, at=record.version.at)
        yield ApplyHrRecord(subject=Subject(SubjectKind.PERSON, person), cause=cause, record=record)
    for notification in heard.notifications:
        reference = f"{heard.reference}/{notification.record}"
        cause = _cause(source, reference=reference, at=notification.at)
        yield FetchHrRecord(subject=the_source, cause=cause, notification=notification)
    if heard.workforce:
        cause = _cause(source, reference=heard.reference, at=heard.at)
        yield ImportWorkforce(subject=the_source, cause=cause, workforce=heard.workforce, only_ends=bool(heard.refused))


def _cause(source: Source, *, reference: str, at: datetime) -> Cause:
    actor = f"hr:{source.name}"
    change = ulid_of(at, name=f"{actor}:{reference}")
    return Cause(change=change, kind=CauseKind.HR_EVENT, actor=actor, reference=reference, at=at)
