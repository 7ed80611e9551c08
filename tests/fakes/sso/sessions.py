"""Live sessions, mail and alarm clocks in memory."""

from dataclasses import dataclass, field
from datetime import datetime
from itertools import count

from dayone.errors import Awaited, Refused
from dayone.model.subjects import ResourceKind, Subject
from dayone.ports.identity_center import Receipt
from dayone.ports.organizations import WelcomeMail
from tests.fakes.table.state import State


@dataclass
class MemorySessions:
    """`ended` are the users in the one policy there is, which has room for `most`."""

    most: int = 100
    ended: set[str] = field(default_factory=set)
    numbers: "count[int]" = field(default_factory=count)

    def end(self, user_id: str) -> Receipt:
        if user_id not in self.ended and len(self.ended) >= self.most:
            raise Awaited("no service control policy has room for another user", retry_after=600)
        self.ended.add(user_id)
        return Receipt(request_id=f"scp-{next(self.numbers)}", references={"policy_id": "p-ended"})

    def release(self, user_id: str, *, policy_id: str = "") -> Receipt:
        if policy_id not in ("", "p-ended"):
            return Receipt(request_id="")
        self.ended.discard(user_id)
        return Receipt(request_id=f"scp-{next(self.numbers)}")


@dataclass
class MemoryDeniedUsers:
    """The users in the policy of `sessions`; `fails` is raised instead, when it is there."""

    sessions: MemorySessions
    fails: Exception | None = None
    reads: int = 0

    def users(self) -> frozenset[str]:
        self.reads += 1
        if self.fails:
            raise self.fails
        return frozenset(self.sessions.ended)


@dataclass
class MemoryRevokedSessions:
    """Recorded revocations in a state."""

    state: State

    def confirmed(self) -> list[tuple[Subject, str]]:
        return [
            (of.subject, applied.attributes["user_id"])
            for of, applied in self.state.applied.items()
            if of.resource.kind is ResourceKind.ENDED_SESSIONS and applied.doubt is None
        ]


@dataclass
class MemoryPost:
    """`refused` are senders that may not send."""

    refused: set[str] = field(default_factory=set)
    sent: list[WelcomeMail] = field(default_factory=list)

    def send(self, mail: WelcomeMail) -> Receipt:
        if mail.sender in self.refused:
            raise Refused("MessageRejected: Email address is not verified.")
        self.sent.append(mail)
        return Receipt(request_id=f"mail-{len(self.sent)}")


@dataclass
class MemorySchedules:
    moments: list[datetime] = field(default_factory=list)

    def wake_at(self, moment: datetime) -> None:
        self.moments.append(moment)
