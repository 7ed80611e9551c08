"""Notify whom the policy names: collect what happens, and send what is due."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from dayone.errors import Malformed, NotFound, Rejected, Unavailable
from dayone.model.policy.notifications import Destination, Message, Notice, NoticeDelivery, NoticeWindow, Outbox
from dayone.notifications.digest import after_refusal, delivered, failed, is_due, message_of, trial_message_of
from dayone.notifications.news import TrialRequest, read_news
from dayone.ports.messaging import NewsQueue, NotificationTests, OutboxStore, OutboxView, Sender
from dayone.ports.operations import Clock, RandomBytes
from dayone.ports.store import DeadLetters, PolicyInForce

# Two runs are not to meet: one begins each minute.
_COLLECTS_FOR = timedelta(seconds=20)
_SENDS_FOR = timedelta(seconds=40)


@dataclass(frozen=True, kw_only=True)
class SendNotifications:
    """Ports for notifications."""

    queue: NewsQueue
    outbox: OutboxStore
    policies: PolicyInForce
    sender: Sender
    dead_letters: DeadLetters
    clock: Clock
    entropy: RandomBytes


@dataclass(frozen=True, kw_only=True)
class Notified:
    """Numbers of a run: notices that were collected, messages that were taken, failed attempts, and given up."""

    collected: int = 0
    sent: int = 0
    failed: int = 0
    given_up: int = 0

    def __add__(self, other: "Notified") -> "Notified":
        """Return the sums."""
        return Notified(
            collected=self.collected + other.collected,
            sent=self.sent + other.sent,
            failed=self.failed + other.failed,
            given_up=self.given_up + other.given_up,
        )


def send_notifications(*, ports: SendNotifications) -> Notified:
    """Take what waits in the queue, close the windows that are due, and send what is due."""
    began_at = ports.clock()
    notified = _collect_all(ports, until=began_at + _COLLECTS_FOR)
    outbox = ports.outbox.read()
    if not outbox.windows and not outbox.messages:
        return notified
    destinations = {destination.name: destination for destination in ports.policies.current().notifications}
    _close_windows(outbox, destinations=destinations, ports=ports)
    for message in sorted(ports.outbox.read().messages, key=lambda message: message.next_at):
        if message.next_at > ports.clock() or ports.clock() > began_at + _SENDS_FOR:
            break
        notified += _send(message, to=destinations.get(message.destination), ports=ports)
    return notified


def _collect_all(ports: SendNotifications, *, until: datetime) -> Notified:
    notified = Notified()
    destinations: tuple[Destination, ...] | None = None
    while ports.clock() < until and (taken := ports.queue.take()):
        if destinations is None:
            destinations = ports.policies.current().notifications
        notified += _collect(taken, destinations=destinations, ports=ports)
        ports.queue.delete(taken)
    return notified


def _collect(taken: Mapping[str, str], *, destinations: tuple[Destination, ...], ports: SendNotifications) -> Notified:
    news: list[tuple[Destination, Notice]] = []
    unreadable = 0
    for body in taken.values():
        try:
            read = read_news(body)
        except Malformed as error:
            ports.dead_letters.put(body, reason=str(error))
            unreadable += 1
            continue
        if isinstance(read, TrialRequest):
            _keep_trial(read, destinations=destinations, ports=ports)
        elif read is not None:
            news += [(destination, read) for destination in destinations if read.kind in destination.kinds]
    if news:
        ports.outbox.collect(news, now=ports.clock())
    return Notified(collected=len(news), given_up=unreadable)


def _keep_trial(trial: TrialRequest, *, destinations: Iterable[Destination], ports: SendNotifications) -> None:
    for destination in destinations:
        if destination.name == trial.destination:
            # A request that comes twice is the same message.
            ports.outbox.keep(trial_message_of(trial.id, to=destination, now=ports.clock()))


def _close_windows(outbox: Outbox, *, destinations: Mapping[str, Destination], ports: SendNotifications) -> None:
    now = ports.clock()
    for window in outbox.windows:
        destination = destinations.get(window.destination)
        if destination is None:
            ports.outbox.close(window, message=None)
        elif is_due(window, destination=destination, outbox=outbox, now=now):
            _close(window, destination=destination, outbox=outbox, ports=ports)


def _close(window: NoticeWindow, *, destination: Destination, outbox: Outbox, ports: SendNotifications) -> None:
    now = ports.clock()
    message = message_of(window, to=destination, message_id=f"msg_{ports.entropy().hex()}", now=now)
    before = outbox.delivery(destination.name)
    delivery = replace(before, urgent_at=now) if window.is_urgent else None
    ports.outbox.close(window, message=message, delivery=delivery)


def _send(message: Message, *, to: Destination | None, ports: SendNotifications) -> Notified:
    before = ports.outbox.read().delivery(message.destination)
    now = ports.clock()
    if to is None:
        return _give_up(message, reason="the policy has no such destination any more", ports=ports)
    try:
        ports.sender.send(message, to=to, at=now)
    except Rejected as error:
        return _give_up(message, reason=str(error), ports=ports)
    except Unavailable as error:
        later = after_refusal(message, reason=str(error), now=now)
        if later is None:
            return _give_up(message, reason=str(error), ports=ports)
        ports.outbox.keep(later)
        return Notified(failed=1)
    ports.outbox.finish(message, delivery=delivered(before, message, now=now))
    return Notified(sent=1)


def _give_up(message: Message, *, reason: str, ports: SendNotifications) -> Notified:
    letter = {"destination": message.destination, "id": message.id, "body": message.body}
    # First, so that a crash leaves it twice and never not at all.
    ports.dead_letters.put(json.dumps(letter), reason=f"{message.destination}: {reason}")
    before = ports.outbox.read().delivery(message.destination)
    ports.outbox.finish(message, delivery=failed(before, reason=reason, now=ports.clock()))
    return Notified(failed=1, given_up=1)


class NotificationPorts(Protocol):
    """Looking at notifications, and testing them: what it needs of the API's context."""

    policies: PolicyInForce
    outbox: OutboxView
    notification_tests: NotificationTests
    clock: Clock
    entropy: RandomBytes


@dataclass(frozen=True, kw_only=True)
class DestinationStatus:
    """A destination: how many notices wait to be sent there, a message that was not taken yet, and the last state."""

    destination: Destination
    waiting: int
    pending: Message | None
    delivery: NoticeDelivery


def read_notifications(ports: NotificationPorts) -> tuple[DestinationStatus, ...]:
    """Return the status of each destination of the policy in force."""
    outbox = ports.outbox.read()
    return tuple(
        DestinationStatus(
            destination=destination,
            waiting=sum(
                sum(window.counts.values()) for window in outbox.windows if window.destination == destination.name
            ),
            pending=next((message for message in outbox.messages if message.destination == destination.name), None),
            delivery=outbox.delivery(destination.name),
        )
        for destination in ports.policies.current().notifications
    )


def request_trial(name: str, *, ports: NotificationPorts) -> str:
    """Request a test message to a destination; returns its id. Raises NotFound for one that the policy has not."""
    names = [destination.name for destination in ports.policies.current().notifications]
    if name not in names:
        raise NotFound(f"the policy in force has no destination {name}; it has {', '.join(names) or 'none'}")
    message_id = f"msg_{ports.entropy().hex()}"
    ports.notification_tests.request(name, message_id=message_id, at=ports.clock())
    return message_id
