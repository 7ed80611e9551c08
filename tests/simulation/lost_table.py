"""Worlds whose table is dropped, or replaced by a copy of some hours ago, at any point; once or twice."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random

from dayone.model.changes import ChangeState
from dayone.ops.recovery import request_rebuilding
from tests.builders import a_person
from tests.simulation.checks import bookkeeping
from tests.simulation.checks.invariants import AT_REST, check_at_rest
from tests.simulation.checks.snapshot import refused_by_aws, snapshot
from tests.simulation.checks.watching import Watcher
from tests.simulation.features import Company, draw_company
from tests.simulation.model.inventory import Reading, TableCopy, replace_table, table_copy
from tests.simulation.oracle.expected import expected
from tests.simulation.oracle.facts import GrantFact, Item
from tests.simulation.oracle.judge import compare, described, made_of
from tests.simulation.past import make_a_past
from tests.simulation.scenario import LENGTH, Scenario
from tests.simulation.simulation import Outcome, Simulation

RECOVERS, KEEPS = "a recovery ends", "what is justified stays"
_ACTOR = "arn:aws:sts::111122223333:assumed-role/Admin/ada"
_LOOKS_EVERY = 5.0
# A run on the lost table ends by then, and AWS has done what it began.
_LAST_OF_THE_LOST = 60.0
_IN_VAIN = 5
_MINUTES_OF_HR = 20
_ON_ITS_WAY = timedelta(minutes=5)
_LONGEST_RECOVERY = timedelta(hours=3).total_seconds()


class LostTable(Simulation):
    """A world that loses its table some hours after the troubles of a simulated one, in the midst of others.

    Whoever runs Day One follows the runbook afterwards. `losses` are described for people; `minutes` went by from the
    time at which everything was said again to the end of the recovery.
    """

    def __init__(self, seed: int, *, traced: bool = False) -> None:
        super().__init__(seed, traced=traced)
        self.chance = Random(f"lost table {seed}")  # noqa: S311 - chance that can be had again is what is wanted
        self.copies: list[TableCopy] = []
        self.losses: list[str] = []
        self.minutes = 0.0
        self.lost_at = self.time.now
        self._present: frozenset[Item] = frozenset()
        self._looks_from = 0.0
        Reading(self.day_one)

    def run(self) -> Outcome:
        """Troubles, hours in which little happens, troubles with a loss or two, the runbook, and peace."""
        chance, company = self.chance, draw_company(self.seed, now=self.time.now)
        # Without a record nothing tells what others had made from Day One's under the same name.
        make_a_past(self, has_alike=False)
        self._troubles(company)
        self._others_call()
        for _ in range(2):
            self.time.at(20 + chance.random() * LENGTH, self._copies)
        self.passes(LENGTH + 60 + 3600 * chance.uniform(1, 23))
        self._troubles(company)
        for moment in (LENGTH, 2 * LENGTH)[: 1 + (chance.random() < 0.3)]:
            self.time.at(chance.random() * moment, self._loses)
        self.passes(2 * LENGTH + 60)
        self.weather.clear_up()
        self._recovers()
        if self.settle():
            check_at_rest(self, checks={**AT_REST, **_INSTEAD})
        return self.outcome()

    def _troubles(self, company: Company) -> None:
        Scenario(self.random, self.outside, company=company).begin()

    # The table

    def _copies(self) -> None:
        self.copies.append(table_copy(self.day_one))

    def _loses(self) -> None:
        chance, losses = self.chance, len(self.losses) + 1
        copy = None if chance.random() < 0.4 else chance.choice(self.copies)
        kills = chance.random() < 0.5
        self.losses.append(f"{self.time.seconds:.0f}: {f'copy of {copy.at}' if copy else 'dropped'}, kills={kills}")
        replace_table(self.day_one, copy, name=f"table-{losses + 1}", kills=kills)
        self.watcher = Watcher(self.day_one, self.violations)
        self.lost_at = self.time.now + _ON_ITS_WAY
        self._forget(copy)
        self._looks_from = self.time.seconds + _LAST_OF_THE_LOST
        if losses == 1:
            self.time.at(_LOOKS_EVERY, self._look)

    def _forget(self, copy: TableCopy | None) -> None:
        """Have the outside know what a copy does not: nobody asks Day One to keep that without telling it again."""
        outside, now, state = self.outside, self.time.now, self.day_one.state
        at = copy.at if copy else datetime.min.replace(tzinfo=now.tzinfo)
        outside.acknowledged.clear()
        outside.about_grants.clear()
        outside.may_be_taken.clear()
        outside.granted = {name: state.grants[name] for name in outside.granted if name in state.grants}
        outside.policy_version = state.policy_in_force
        outside.texts = {number: kept.text for number, kept in state.kept_policies.items()}
        rejected = outside.facts.rejected.items()
        outside.facts.rejected = {item: when for item, when in rejected if when <= at or now - when < _ON_ITS_WAY}
        grants = {name: _forgotten(grant, at=at, now=now) for name, grant in outside.facts.grants.items()}
        outside.facts.grants = {name: grant for name, grant in grants.items() if grant is not None}

    # The runbook

    def _recovers(self) -> None:
        """Say everything again, and rebuild the record as soon as Identity Center was read."""
        self.aws.effects.clear()
        outside = self.outside
        outside.acknowledged.clear()
        self._enters_again()
        outside.says_all_again()
        self.passes(60)
        for _ in range(_MINUTES_OF_HR):
            # An end is that of the employment that is on record.
            if not (outside.asking or len(self.day_one.inbox)):
                break
            self._drops_what_was_asked_for_before()
            self.passes(60)
        for name in outside.facts.ended_by_hand:
            outside.ends_person(name)
        began = self.time.seconds
        while self.day_one.fence().recovery() is not None:
            if self.time.seconds - began > _LONGEST_RECOVERY:
                self.violations.add(RECOVERS, str(self.day_one.fence().recovery()), at=self.time.seconds)
                return
            self._drops_what_was_asked_for_before()
            self.day_one.account_events.redrive()
            self._approves()
            self.passes(60)
            if not (outside.asking or len(self.day_one.inbox) or self.day_one.planning.running):
                outside.asks(lambda api: request_rebuilding(actor=_ACTOR, ports=api))
        self._approves()
        self.minutes = (self.time.seconds - began) / 60

    def _drops_what_was_asked_for_before(self) -> None:
        """Drop what was asked for over the API before the loss: it is refused for good, and was asked for again."""
        self.day_one.inbox.give_up(after=_IN_VAIN)
        self.day_one.inbox.dead.clear()

    def _approves(self) -> None:
        """Approve what is held, of a change whose rollout the copy remembers as under way by naming its subjects.

        What was decided on and is still held is decided on once more, in the same way: that decision was dropped.
        """
        outside = self.outside
        for change in outside.held():
            outside.decides(change, approves=True)
        for name, found in self.day_one.state.changes.items():
            if found.cause.at > self.lost_at or not (subjects := outside.holds_of(name)):
                continue
            if found.state is ChangeState.PLANNING:
                outside.decides(name, approves=True, subjects=tuple(subjects))
            elif found.decision and found.is_decided and not found.decision.is_of_part:
                outside.decides(name, approves=found.decision.is_approved)

    def _enters_again(self) -> None:
        """Enter those again whom no HR system has."""
        by_hand = {
            name: newest
            for name, records in self.outside.facts.records.items()
            if (newest := max(records, key=lambda record: record.at)).is_by_hand
        }
        for name, record in by_hand.items():
            entered = a_person(name, department=record.attributes["department"])
            self.outside.enters(replace(entered, display_name=record.attributes["display_name"]))

    # What somebody sees who looks every few seconds

    def _look(self) -> None:
        facts, now = self.outside.knows(), self.time.now
        wanted, there = expected(facts, now=now), snapshot(self).items
        for item in sorted(self._present - there):
            if item in wanted.must and not wanted.is_open(item):
                self.violations.add(KEEPS, f"{described(item)} has gone", at=self.time.seconds)
        is_watched = self.time.seconds >= self._looks_from
        self._present = frozenset(item for item in there if item in wanted.must) if is_watched else frozenset()
        self.time.at(_LOOKS_EVERY, self._look)


def _forgotten(grant: GrantFact, *, at: datetime, now: datetime) -> GrantFact | None:
    """Return what a copy of that moment knows of a grant, None for nothing; what is on its way may be known or not."""
    if grant.given > at and now - grant.given >= _ON_ITS_WAY:
        return None
    later = (*(when for when, _ in grant.extended if when > at), *([grant.ended] if grant.ended else []))
    is_certain = grant.is_certain and grant.given <= at and all(when <= at for when in later)
    return replace(grant, is_certain=is_certain)


def as_desired(world: Simulation) -> Iterator[str]:
    """Everything is as desired but what belongs to no rule that anybody has told again, which is a finding."""
    facts, there = world.outside.knows(), snapshot(world)
    facts.refused = set(refused_by_aws(world))
    wanted = expected(facts, now=world.time.now)
    missing, excess = compare(wanted, facts, there, now=world.time.now)
    yield from (f"{described(item)} is missing" for item in sorted(missing))
    for item in sorted(excess):
        unruled = [part for part in (item, *made_of(item)) if part.kind in ("group", "set") and part not in wanted.must]
        if not unruled or not all(_is_named(part, world) for part in unruled):
            yield f"{described(item)} is there without a reason"


def _is_named(part: Item, world: Simulation) -> bool:
    """Return whether a group or a permission set is a finding, by its id in Identity Center."""
    center = world.aws.center
    stored = center.groups if part.kind == "group" else center.permission_sets
    ids = {name for name, each in stored.items() if each.name == part.names[0]}
    return any(ids & set(finding.difference.ids.values()) for finding in world.day_one.inventory.findings())


def counts(world: Simulation) -> Iterator[str]:
    """The counts of heads and the ledger add up, and those of changes that have begun since the loss."""
    assert isinstance(world, LostTable)
    before = {change.id for change in world.day_one.state.changes.values() if change.cause.at <= world.lost_at}
    yield from (message for message in bookkeeping.counts(world) if not before & set(message.split()))


def applied(world: Simulation) -> Iterator[str]:
    """Check that applied resources are in Identity Center, and others there are applied, or findings."""
    center, findings = world.aws.center, world.day_one.inventory.findings()
    named = {name for finding in findings for name in finding.difference.ids.values()}
    recorded = {
        (of.subject, of.resource): entry.references for of, entry in world.day_one.state.applied.items()
    }.values()
    pairs = {(ids.get("group_id"), ids.get("user_id")) for ids in recorded}
    for message in bookkeeping.applied(world):
        name = message.partition(" is there, and")[0]
        pair = center.memberships.get(name, ("", ""))
        is_in_use = message.partition(" is in doubt")[0] in _used_by_others(world)
        if name not in named and pair not in pairs and pair[0] not in named and not is_in_use:
            yield message


def _used_by_others(world: Simulation) -> set[str]:
    """Return the permission sets that no rule names any more, and that stay while somebody has them by a finding."""
    found = [finding.difference.ids for finding in world.day_one.inventory.findings()]
    used = {ids["permission_set_arn"] for ids in found if "principal_id" in ids}
    return {
        str(operation.target)
        for operation in world.day_one.state.open_operations()
        if operation.kind == "delete-permission-set"
        and world.day_one.state.applied[operation.target].references.get("permission_set_arn") in used
    }


_INSTEAD = {
    # What a copy gives again of a grant that was over ends as soon as the record is rebuilt, hours later.
    "grants end": lambda _: iter(()),
    # A copy does not have the approvals since.
    "what is sensitive was approved": lambda _: iter(()),
    "the end is what is desired": as_desired,
    "counts add up": counts,
    "applied is what AWS has": applied,
}
