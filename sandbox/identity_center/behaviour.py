"""Behaviour of the local Identity Center in time and under load: like AWS, immediate, or by given numbers."""

import argparse
import math
import random
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, Self

_NONE, _ON, _OFF = "none", "on", "off"
# A request never takes longer than this many medians, nor less than one of them divided by it.
_LONGEST = 5.0
_SHORTEST_SECONDS = 0.001


@dataclass(frozen=True, kw_only=True)
class Behaviour:
    """Every number that can be chosen; immutable, replaced as a whole, also while the server runs.

    The `…_seconds` are medians; single durations are spread around them by `spread`, the standard deviation of their
    logarithm. A limit of None is no limit. What is counted and not timed, such as 25 policies in a permission set, is
    as in AWS whatever the behaviour; of what AWS has raised lately the smaller number holds, unless another is chosen.
    Raises ValueError for a number that makes no sense.
    """

    assignment_seconds: float
    """Until a CreateAccountAssignment is over."""
    deletion_seconds: float
    """Until a DeleteAccountAssignment is over."""
    provisioning_seconds: float
    """Until a ProvisionPermissionSet is over, for up to ten accounts; in proportion longer for more."""
    account_seconds: float
    """Until an account is created or closed, or a Region added or removed."""
    event_seconds: float
    """Until the event of an account's change is on the bus."""
    call_seconds: float
    """Until any call is answered; a write to what is being written is a conflict during that time."""
    principal_seconds: float
    """After which a new user or group can be assigned; before, the assignment fails as if there were none."""
    spread: float
    calls_per_second: float | None
    """Calls of sso-admin, all operations together; a second's worth may come at once."""
    store_calls_per_second: float | None
    """Calls of identitystore, each operation by itself; a second's worth may come at once."""
    outstanding_assignments: float | None
    """Assignments being created or deleted."""
    concurrent_provisionings: float | None
    """Provisionings under way."""
    assignments_per_account: float | None
    """Assignments being created or deleted in one account."""
    account_creations: float | None = None
    """Accounts being created."""
    organization_calls_per_second: float | None = None
    """Calls of organizations, each operation by itself; a second's worth may come at once."""
    page_entries: float | None = None
    """Entries of a page, whatever MaxResults says: then every other page is empty, with more to come."""
    late_refusals: bool = False
    """Whether what is refused at once for what is missing or too much is accepted instead, and fails later."""
    provisioning_races: bool = False
    """Whether a provisioning in all accounts fails when one of them loses the permission set meanwhile."""
    bare_throttles: bool = False
    """Whether a throttled call of identitystore is told neither why nor until when."""
    management_removals_by_caller: bool = False
    """Whether a removal in the management account takes its caller's IAM rights, as everything else does there."""
    policy_characters: float = 5_120
    """Characters of a service control policy: what every organization has; since 15 May 2026 AWS takes 10,240."""
    policies_per_target: float = 5
    """Policies of one type on a root, unit or account; since 15 May 2026 AWS takes ten service control policies."""

    def __post_init__(self) -> None:
        """Refuse what no service could keep."""
        for name, number in asdict(self).items():
            if number is None and name in _LIMITS:
                continue
            if (
                number is None
                or isinstance(number, bool) is not (name in _SWITCHES)
                or not math.isfinite(number)
                or number < 0
                or (name in _LIMITS and number == 0)
            ):
                raise ValueError(f"{name} cannot be {number}")

    @classmethod
    def realistic(cls, **numbers: float | None) -> Self:
        """Return AWS's behaviour as far as it is known: the README of this package has the source of each number."""
        aws = cls(
            assignment_seconds=3.0,
            deletion_seconds=14.0,
            provisioning_seconds=3.0,
            account_seconds=3.0,
            event_seconds=17.0,
            call_seconds=0.06,
            principal_seconds=3.0,
            spread=0.6,
            calls_per_second=20,
            store_calls_per_second=20,
            outstanding_assignments=15,
            concurrent_provisionings=3,
            assignments_per_account=1,
            account_creations=1,
            organization_calls_per_second=20,
            late_refusals=True,
        )
        return aws.but(**numbers)

    @classmethod
    def instant(cls, **numbers: float | None) -> Self:
        """As fast as it goes and without limits; a request is still IN_PROGRESS for a moment."""
        fast = cls(
            assignment_seconds=0.05,
            deletion_seconds=0.05,
            provisioning_seconds=0.05,
            account_seconds=0.05,
            event_seconds=0.0,
            call_seconds=0.0,
            principal_seconds=0.0,
            spread=0.3,
            calls_per_second=None,
            store_calls_per_second=None,
            outstanding_assignments=None,
            concurrent_provisionings=None,
            assignments_per_account=None,
        )
        return fast.but(**numbers)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `realistic`, `instant`, or one of them with chosen numbers: `realistic,call_seconds=0,spread=instant`.

        A number is given as digits, as `none` for no limit, or as the word whose number it is to be; a switch is `on`
        or `off`.
        """
        base, *chosen = [part.strip() for part in text.split(",")]
        numbers = {}
        for part in chosen:
            name, _, said = part.partition("=")
            named = cls._named(said)
            numbers[name] = getattr(named, name, None) if named is not None else _number(part, said)
        behaviour = cls._named(base)
        if behaviour is None:
            raise ValueError(f"a behaviour begins with realistic or instant, not with '{base}'")
        return behaviour.but(**numbers)

    @classmethod
    def _named(cls, name: str) -> Self | None:
        return {"realistic": cls.realistic, "instant": cls.instant}.get(name, lambda: None)()

    def but(self, **numbers: Any) -> Self:  # noqa: ANN401 - a limit may be None, a time may not
        """Return the same behaviour with other numbers; raises ValueError for a name that there is not."""
        if unknown := numbers.keys() - {field.name for field in fields(self)}:
            raise ValueError(f"a behaviour has no {', '.join(sorted(unknown))}")
        return replace(self, **numbers)

    def faster(self, factor: float) -> Self:
        """Return the same behaviour on a clock that runs faster: all times shorter, all rates higher."""
        times = {name: number / factor for name, number in asdict(self).items() if name.endswith("_seconds")}
        rates = {name: number * factor for name, number in asdict(self).items() if name.endswith("_second") and number}
        return self.but(**times, **rates)

    @property
    def text(self) -> str:
        """The text that `parse` reads as this behaviour."""
        numbers = (f"{name}={_written(number)}" for name, number in asdict(self).items())
        return ",".join(("instant", *numbers))

    def drawn(self, median: float, source: random.Random) -> float:
        """Draw one duration, in seconds, around a median: log-normal, cut off at a fifth and at five times of it."""
        if median == 0:
            return 0.0
        factor = source.lognormvariate(0.0, self.spread)
        return max(_SHORTEST_SECONDS, median * min(_LONGEST, max(1 / _LONGEST, factor)))


def behaviour_argument(text: str) -> Behaviour:
    """Parse a behaviour from the command line, whose parser reports the error."""
    try:
        return Behaviour.parse(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


_LIMITS = frozenset(field.name for field in fields(Behaviour) if field.type == float | None)
_SWITCHES = frozenset(field.name for field in fields(Behaviour) if field.type is bool)


def _written(number: float | None) -> str:
    if isinstance(number, bool):
        return _ON if number else _OFF
    return _NONE if number is None else str(number)


def _number(part: str, said: str) -> float | bool | None:
    if said in (_ON, _OFF):
        return said == _ON
    try:
        return None if said == _NONE else float(said)
    except ValueError as error:
        raise ValueError(f"'{part}' gives no number") from error
