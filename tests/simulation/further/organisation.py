"""Account events that get lost, accounts from before Day One, and people who have things looked at, or done, again."""

from collections.abc import Callable
from dataclasses import replace
from random import Random

from dayone.accounts.discovery import request_bootstrap, request_discovery
from dayone.api.context import AccessApi
from dayone.reconcile.retry import retry_change
from tests.builders import an_account
from tests.simulation.features import Company, Feature
from tests.simulation.outside import Outside

_TROUBLES = 150.0
_BEFORE = {"000000000081": "/Workloads/Dev", "000000000082": "/Sandboxes/One", "000000000083": "/Elsewhere"}
_LOST = 0.4
_ADMIN = "arn:aws:sts::111122223333:assumed-role/Admin/ada"


def begin(seed: int, outside: Outside, *, company: Company) -> None:
    """Have events lost, and accounts that were there before; and humans who try again."""
    random = Random(f"organisation {seed}")  # noqa: S311 - chance that can be had again is what is wanted
    if company.has(Feature.LOST_EVENTS):
        _lose_events(outside, random)
    if company.has(Feature.TRIED_AGAIN):
        again = Random(f"tried again {seed}")  # noqa: S311 - as above
        for _ in range(again.randint(3, 8)):
            act = again.choice((_bootstraps, _retries, _retries))
            outside.day_one.time.at(10 + again.random() * _TROUBLES, _doing(act, outside, again))


def discovers(outside: Outside) -> None:
    """Somebody has the whole organisation looked at: what nobody was told of is known from then on."""

    def taken(_: object) -> None:
        outside.facts.silent.clear()

    outside.asks(lambda api: request_discovery(actor=_ADMIN, ports=api), taken)


def _lose_events(outside: Outside, random: Random) -> None:
    outside.loses = lambda: random.random() < _LOST
    organization = outside.day_one.organization
    outside.day_one.looks_at_all = True
    organization.page = random.choice((1, 2, 20))
    for number in sorted(_BEFORE)[: random.randint(0, 3)]:
        path = _BEFORE[number]
        names = path.strip("/").split("/")
        ids = tuple("ou-root-" + "".join(names[: depth + 1]).lower() for depth in range(len(names)))
        account = an_account(number, name=f"team-{number[-1]}", ou_path=path)
        organization.accounts[number] = replace(account, ou_ids=ids)
        outside.facts.silent.add(number)
    for _ in range(random.randint(0, 2)):
        outside.day_one.time.at(random.random() * _TROUBLES, lambda: discovers(outside))


def _doing(act: Callable[[Outside, Random], None], outside: Outside, random: Random) -> Callable[[], None]:
    return lambda: act(outside, random)


def _bootstraps(outside: Outside, random: Random) -> None:
    """Somebody has everything made once more that an account should have."""
    accounts = sorted(outside.day_one.organization.accounts)
    chosen = random.sample(accounts, k=min(len(accounts), random.choice((1, 1, 2))))
    if chosen:
        outside.asks(lambda api: request_bootstrap(chosen, actor=_ADMIN, ports=api))


def _retries(outside: Outside, random: Random) -> None:
    """Somebody retries a change of which something has failed, or all of it but one part."""
    failed = sorted(change.id for change in outside.day_one.state.changes.values() if change.failed)
    if not failed:
        return
    change = random.choice(failed)
    subjects = sorted(str(subject) for of, subject in outside.day_one.state.plans if of == change)
    chosen = subjects[:1] if random.random() < 0.3 else []

    def retry(api: AccessApi) -> object:
        return retry_change(change, chosen=chosen, actor=_ADMIN, ports=api)

    outside.asks(retry)
