"""Every error Day One raises, cut by what the caller can do about it.

DayOneError
├── Rejected             the request is wrong as it stands: never retry it
│   ├── Invalid          it is not valid; carries the findings
│   │   ├── Malformed    it cannot even be read
│   │   └── KeyReused    its idempotency key belongs to another request
│   ├── Unauthentic      its signature does not prove who sent it
│   ├── Forbidden        the caller may not make this request
│   ├── Inapplicable     it does not fit the current state
│   ├── Outdated         it rests on a version that is no longer the newest
│   ├── TooLarge         it is over a size limit
│   ├── NotFound         it names something that does not exist
│   ├── AlreadyExists    it would create something that is there already
│   └── Refused          AWS, or a rule of ours, refuses it
└── Unavailable          the request may be right: try again later
    ├── AccessDenied     AWS denies our own role or credentials: an outage of ours, until somebody repairs it
    ├── Throttled        a rate limit was hit; may have the time to wait
    │   └── Crowded      too many requests of the kind are outstanding
    ├── Awaited          somebody else has to act first; has the time of the next attempt
    ├── NewerForm        a later release has written it in a form of its own
    ├── Conflicting      somebody else writes the same thing right now
    │   └── UnderWay     the same request is in progress
    └── Unreachable      no usable answer, so it may or may not have happened
"""


class DayOneError(Exception):
    """Anything that Day One reports as gone wrong."""


class Rejected(DayOneError):
    """The request is wrong as it stands; the same request will be wrong again."""


class Invalid(Rejected):
    """The request is not valid; `findings` lists every mistake, in reading order.

    `person` is the id of the person whom it is about, if it has a readable one.
    """

    def __init__(self, message: str, *, findings: tuple[str, ...] = (), person: str = "") -> None:
        super().__init__(message)
        self.findings = findings
        self.person = person


class Malformed(Invalid):
    """The request cannot be read at all, such as a body that is not JSON."""


class KeyReused(Invalid):
    """The idempotency key was used for another request; a new request needs a new key."""


class Unauthentic(Rejected):
    """The signature is missing, wrong, or too old; `source` is the HR source, as metrics call it, or empty."""

    def __init__(self, message: str, *, source: str = "") -> None:
        super().__init__(message)
        self.source = source


class Forbidden(Rejected):
    """The caller is authenticated, and may not make this request; somebody else may."""


class Inapplicable(Rejected):
    """The request does not fit how things are by now, such as a decision about what is decided already."""


class Outdated(Rejected):
    """The request rests on a version that is no longer the newest: read it again, then decide anew."""


class TooLarge(Rejected):
    """The request is over a size limit."""


class NotFound(Rejected):
    """The request names something that does not exist."""


class AlreadyExists(Rejected):
    """The request would create something that exists."""


class Refused(Rejected):
    """AWS or a rule of Day One refuses; the message is the reason that was given."""


class Unavailable(DayOneError):
    """The request may be right; the same request can succeed later."""


class AccessDenied(Unavailable):
    """AWS refuses our role, our credentials or the key it encrypts with: whoever made us call has done nothing wrong.

    The same call succeeds as soon as the right, the credentials or the key are back, so it is never the end of a wish.
    """


class Throttled(Unavailable):
    """A rate limit was hit; `retry_after` is in seconds if AWS gave it."""

    def __init__(self, message: str, *, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Crowded(Throttled):
    """Too many requests of this kind are outstanding; one has to end before another is taken."""


class Awaited(Unavailable):
    """Somebody else has to act first; it is worth looking again after `retry_after` seconds."""

    def __init__(self, message: str, *, retry_after: float) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class NewerForm(Unavailable):
    """A later release has written the item or message, in a form that this one would misread; the later can read it."""


class Conflicting(Unavailable):
    """Somebody else wrote, or is writing, the same thing: read again, then retry."""


class UnderWay(Conflicting):
    """A request with the same idempotency key is in progress; its response can be requested again in a moment."""


class Unreachable(Unavailable):
    """No answer came, or AWS failed while it worked on it, so the request may or may not have taken effect."""
