"""Settle what failed of a batch of the inbox: have it come back, give up what no wait mends, and note what is stuck."""

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter

from dayone.errors import DayOneError, Forbidden, Unavailable
from dayone.messages.inbox import HandledMessage
from dayone.model.changes import CauseKind
from dayone.model.commands import ApplyHrRecord, Command, CountRefusals, FetchHrRecord
from dayone.model.failures import MESSAGE_IS_BACK_WITHIN, Stuck, StuckKind
from dayone.ports.hr import HrDeliveries
from dayone.ports.messaging import Returns
from dayone.ports.operations import StuckNotes
from dayone.ports.store import Changes, DeadLetters

# Another try a moment later mends most failures: two wrote the same record, or AWS throttled. The others come back
# when the queue's own time is up, so that a longer failure does not use up the times a message is received.
_SOON = (5, 20)  # seconds
# As often is tried what no wait is likely to mend. Then whatever is behind it in its group has its turn: an end, too.
_TRIES = 3
# As the inbox's redrive policy has it: what fails then is handed out no more.
MOST_RECEIVES = 50


@dataclass(frozen=True, kw_only=True)
class BatchPorts:
    """Ports for settling a batch."""

    returns: Returns
    dead_letters: DeadLetters
    stuck: StuckNotes
    changes: Changes
    deliveries: HrDeliveries
    clock: Callable[[], datetime]


def settle_batch(messages: Sequence[HandledMessage], *, ports: BatchPorts) -> frozenset[str]:
    """Return the ids of the messages that are dead letters now, which the queue need not keep.

    Messages that cannot be settled here are left to the queue, which delivers them again.
    """
    ended = frozenset(message.id for message in messages if _is_hopeless(message) and _gave_up(message, ports=ports))
    kept = [message for message in messages if message.id not in ended]
    _come_back((message for message in kept if message.error is not None or message.is_skipped), ports=ports)
    failing, now = [message for message in kept if message.error], ports.clock()
    blocked = {message.group for message in failing}
    # What was noted has been received before, by whoever noted it.
    over = [each for each in messages if each.received > 1 and not each.is_skipped and each.group not in blocked]
    with suppress(Unavailable):
        for message in messages:
            if message.id in ended or (message.error and message.received >= MOST_RECEIVES):
                _give_up(message, changes=ports.changes)
        for message in failing:
            if message.received > 1:
                ports.stuck.keep(_note(message, now=now), now=now)
        for subject in dict.fromkeys(map(_subject, over)):
            ports.stuck.forget(StuckKind.MESSAGE, subject)
        # Each source with the time at which the inbox has taken its newest.
        newest = {_delivered_by(each): each.sent_at for each in sorted(messages, key=attrgetter("sent_at"))}
        for source in sorted(newest.keys() - {""}):
            ports.deliveries.accepted(source, at=newest[source])
    return ended


def _delivered_by(message: HandledMessage) -> str:
    """Return the HR source that has sent a message, or empty; what could not be planned has come from there as well."""
    command = message.command
    if command is None or _is_forged(message) or _is_put_again(command):
        return ""
    return command.cause.actor.removeprefix("hr:") if command.cause.kind is CauseKind.HR_EVENT else ""


def _is_put_again(command: Command) -> bool:
    """Return whether Day One itself has put it on the inbox: about refusals, or hours or days after its delivery."""
    match command:
        case CountRefusals():
            return True
        case FetchHrRecord():
            return command.notification.attempts > 0
        case ApplyHrRecord():
            # It was read from the source for a notification, which may have waited.
            return command.record.version.read_at is not None
        case _:
            return False


def _is_forged(message: HandledMessage) -> bool:
    return isinstance(message.error, Forbidden)


def _is_hopeless(message: HandledMessage) -> bool:
    if _is_forged(message):
        # No request for it will come later. Until it is removed, others cannot be planned.
        return True
    is_likely_to_pass = message.error is None or isinstance(message.error, Unavailable)
    return not is_likely_to_pass and message.received >= _TRIES


def _gave_up(message: HandledMessage, *, ports: BatchPorts) -> bool:
    try:
        ports.dead_letters.put(message.body, reason=_reason(message), group=message.group)
    except Unavailable:
        return False
    return True


def _give_up(message: HandledMessage, *, changes: Changes) -> None:
    """Count the abandoned subject in the message's change; an unreadable message has no known change.

    A forged one is part of no change, whatever it contains.
    """
    if (command := message.command) and not _is_forged(message):
        note = f"{command.subject} is not planned, and a dead letter: {_reason(message)}"
        changes.give_up(command.cause, subject=command.subject, note=note)


def _come_back(messages: Iterable[HandledMessage], *, ports: BatchPorts) -> None:
    """Make each message visible again after some seconds; if that fails, after its queue's time.

    Skipped ones are included: SQS delivers none of a group while one of it is hidden.
    """
    receipts = {message.receipt: _SOON[message.received - 1] for message in messages if message.received <= len(_SOON)}
    if receipts:
        with suppress(Unavailable):
            ports.returns.come_back(receipts)


def _note(message: HandledMessage, *, now: datetime) -> Stuck:
    command = message.command
    return Stuck(
        kind=StuckKind.MESSAGE,
        subject=_subject(message),
        since=message.sent_at,
        reason=_reason(message),
        change=command.cause.change if command else "",
        until=now + MESSAGE_IS_BACK_WITHIN,
    )


def _subject(message: HandledMessage) -> str:
    """Return the subject of the message, which is its group, except for names that SQS does not accept."""
    command = message.command
    return str(command.subject) if command else message.group


def _reason(message: HandledMessage) -> str:
    if isinstance(message.error, DayOneError):
        return str(message.error)
    # Its text may hold personal data; the function's log has the location.
    return f"plan_changes failed unexpectedly ({type(message.error).__name__}): see its log"
