"""Worlds in which humans edit Identity Center behind Day One's back, while it is read and the reading is cut short."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from random import Random

from dayone.model.inventory import DriftFinding
from dayone.model.operations import OPEN_STATES, Applied
from dayone.model.subjects import ResourceKind, ResourceOf
from tests.simulation.checks.invariants import check_at_rest
from tests.simulation.checks.snapshot import refused_by_aws, snapshot
from tests.simulation.features import draw_company
from tests.simulation.model.inventory import Reading
from tests.simulation.oracle.expected import expected
from tests.simulation.oracle.facts import Item, Snapshot
from tests.simulation.oracle.judge import compare, described, differences
from tests.simulation.other_hands.drift import Difference, Key, drift
from tests.simulation.other_hands.hands import Hands, contents
from tests.simulation.past import make_a_past
from tests.simulation.scenario import LENGTH, Scenario
from tests.simulation.simulation import Outcome, Simulation

FOUND, OWN = "what others have edited is found", "no finding is about our own work"
REPORTED, REPAIRED, ONCE = (
    "a report changes nothing",
    "what is repaired is as desired",
    "nothing is repaired twice a day",
)
_LOOKS_EVERY = 5.0
# Runs of the inventory: in the troubles oftener than deployed, so that they meet as much work as possible.
_OFTEN, _A_MINUTE = 7.0, 60.0
_EDITED_FOR = 90.0
_WITHOUT_END, _SELDOM, _LONG = timedelta(0), timedelta(minutes=15), timedelta(minutes=50)
# Reading is cut short for as long as the climate lasts, and begins again at the same place.
_LONGEST_PASS = timedelta(hours=1).total_seconds()
# What hangs on something that was made once more is found by the next pass, and repaired a quarter of an hour later.
_ROUNDS, _A_ROUND = 6, timedelta(minutes=45).total_seconds()
# A repair begins a quarter of an hour after its finding at the earliest.
_KNOWN_BY_THEN = 1200.0
_AN_HOUR, _MORE_THAN_A_DAY = 3600.0, timedelta(hours=25).total_seconds()


class OtherHands(Simulation):
    """A world whose Identity Center is edited by others after the troubles of a simulated one.

    The inventory runs from the first moment, at short intervals and in small pages. First everything is only reported;
    then the policy says `repair`, and in half of the worlds that access that others have given is removed.
    """

    def __init__(self, seed: int, *, traced: bool = False) -> None:
        super().__init__(seed, traced=traced)
        self.chance = Random(f"other hands {seed}")  # noqa: S311 - chance that can be had again is what is wanted
        self.hands = Hands(self, self.chance)
        self.removes = self.chance.random() < 0.5
        self._is_edited = False
        rows = self.chance.choice((2, 3, 100))
        self._reading = Reading(self.day_one, interval=_WITHOUT_END, every=_OFTEN, rows=rows)

    def run(self) -> Outcome:
        """Troubles without other hands, edits that are reported, and repairs."""
        climate = self.weather.climate
        make_a_past(self)
        Scenario(self.random, self.outside, company=draw_company(self.seed, now=self.time.now)).begin()
        self._others_call()
        self.time.at(_LOOKS_EVERY, self._look)
        self.passes(LENGTH + 60)
        self.weather.clear_up()
        self._reading.interval, self._reading.every = _SELDOM, _A_MINUTE
        if self.settle() and self._nothing_is_due():
            check_at_rest(self)
            self._is_edited = True
            self.weather.becomes(climate)
            self._is_reported()
            self._is_repaired()
        return self.outcome()

    def _nothing_is_due(self) -> bool:
        """Let time pass until nothing comes due for two hours; return whether there is such a time within a day."""
        for _ in range(24):
            heads = self.day_one.state.heads.values()
            soon = self.time.now + timedelta(hours=2)
            if not any(head.due_at is not None and head.due_at <= soon for head in heads):
                return self._reads_all()
            self.passes(_AN_HOUR)
            if not self.settle():
                return False
        return False

    def _look(self) -> None:
        """Look, before anybody has edited anything, whether Day One takes its own work for others'."""
        if not self._is_edited:
            for finding in self.day_one.inventory.findings():
                if not self._is_others(finding):
                    self.violations.add(OWN, _told(finding), at=self.time.seconds)
            self.time.at(_LOOKS_EVERY, self._look)

    def _is_others(self, finding: DriftFinding) -> bool:
        """Return whether a finding is about what was there before, or what AWS has refused or ended by itself."""
        ids, aws = set(finding.difference.ids.values()), self.aws
        refused = {str(getattr(key, "permission_set_arn", key)) for key in aws.refused}
        return bool(ids & (self.foreign | aws.ever_left | refused))

    # What is only reported

    def _is_reported(self) -> None:
        before, known = contents(self.aws.center), self._found()
        self._reading.interval = _WITHOUT_END
        for _ in range(self.chance.randint(3, 12)):
            self.time.at(self.chance.random() * _EDITED_FOR, self.hands.edit)
        self.passes(_EDITED_FOR)
        edited = contents(self.aws.center)
        self.passes(self.chance.choice((0.0, 120.0)))
        self.weather.clear_up()
        self._reading.interval = _SELDOM
        if not self._reads_all():
            return
        now = contents(self.aws.center)
        unsure = set(self._unsure())
        wanted = {each for each in drift(before, now, others=frozenset(self.foreign)) if each.key not in unsure} - known
        found = self._found() - known
        for difference in sorted(wanted - found):
            self.violations.add(FOUND, f"{difference} is no finding", at=self.time.seconds)
        for difference in sorted(each for each in found - wanted if each.key not in unsure):
            self.violations.add(OWN, f"{difference} is a finding", at=self.time.seconds)
        self.passes(_KNOWN_BY_THEN)
        for key, _ in sorted(contents(self.aws.center).items() ^ edited.items()):
            self.violations.add(REPORTED, f"{key} came or went", at=self.time.seconds)

    def _found(self) -> set[Difference]:
        """Return what there is a finding about, but for what was there before Day One."""
        findings = self.day_one.inventory.findings()
        return {_found(each) for each in findings if not self.foreign & set(each.difference.ids.values())}

    def _reads_all(self) -> bool:
        """Let time pass until a pass is over that has begun from now on."""
        began, inventory = self.time.now, self.day_one.inventory
        for _ in range(int(_LONGEST_PASS // _LOOKS_EVERY)):
            self.passes(_LOOKS_EVERY)
            last = inventory.current()
            if last is not None and last.finished_at is not None and last.began_at > began:
                return True
        self.violations.add("it settles", "no inventory has ended", at=self.time.seconds)
        return False

    def _unsure(self) -> Iterator[Key]:
        """Yield what has failed for good or waits for a human, so that Day One is about to change it."""
        state = self.day_one.state
        about_to_change = {each.target for each in state.operations.values() if each.state in OPEN_STATES}
        for of, applied in state.applied.items():
            if applied.doubt is not None or of in about_to_change:
                yield from _keys_of(of, applied)

    # What is repaired

    def _is_repaired(self) -> None:
        self.outside.uploads(_with_repairs(self.outside.policy, removes=self.removes))
        now = None
        for _ in range(_ROUNDS):
            last, now = now, contents(self.aws.center)
            if now == last:
                break
            self.passes(_A_ROUND)
            if not self.settle():
                return
        if not self._reads_all():
            return
        self._judge(REPAIRED)
        self._is_undone_once_more()

    def _is_undone_once_more(self) -> None:
        """Have somebody do once more what was repaired: it stays so for the rest of the day."""
        recorded = self.day_one.state.applied
        repaired = [repair.target for repair in self.day_one.inventory.repairs()]
        members = [target for target in repaired if target.resource.kind is ResourceKind.MEMBERSHIP]
        members = [target for target in members if target in recorded and self._is_wanted(target)]
        if not members:
            return
        target = self.chance.choice(sorted(members, key=str))
        ids = recorded[target].references
        group = recorded.get(_group_of(target))
        if group is None or not self.hands.takes_out(group.references["group_id"], self._user_of(ids)):
            return
        self._reading.interval = _LONG
        item = Item("membership", (target.subject.name, target.resource.name))
        self.passes(_AN_HOUR)
        if item in self._there().items:
            self.violations.add(ONCE, f"{described(item)} is there again within an hour", at=self.time.seconds)
        self.passes(_MORE_THAN_A_DAY - _AN_HOUR)
        if self.settle() and self._reads_all():
            self._judge(REPAIRED)

    def _user_of(self, ids: Mapping[str, str]) -> str:
        pair = self.aws.center.memberships.get(ids.get("membership_id", ""), ("", ""))
        return pair[1] or ids.get("user_id", "")

    def _is_wanted(self, target: ResourceOf) -> bool:
        wanted = expected(self.outside.knows(), now=self.time.now)
        item = Item("membership", (target.subject.name, target.resource.name))
        return item in wanted.must and not wanted.is_open(item)

    def _judge(self, invariant: str) -> None:
        """Everything is as the outside says, but for what others have made and Day One leaves as a finding."""
        facts, there = self.outside.knows(), self._there()
        facts.refused = set(refused_by_aws(self))
        now = self.time.now
        _, excess = compare(expected(facts, now=now), facts, there, now=now)
        findings = self.day_one.inventory.findings()
        left = {f"{described(item)} is there without a reason" for item in excess if self._is_left(item, findings)}
        for message in differences(facts, there, now=now):
            if message not in left and not self._is_of_a_left_part(message, findings):
                self.violations.add(invariant, message, at=self.time.seconds)

    def _is_left(self, item: Item, findings: Iterable[DriftFinding]) -> bool:
        """Return whether something that is too much is a finding that Day One was not told to remove."""
        texts = {text for finding in _unmanaged(findings, removes=self.removes) for text in _words(finding)}
        return _word_of(item) in texts

    def _is_of_a_left_part(self, message: str, findings: Iterable[DriftFinding]) -> bool:
        """Return whether a permission set is otherwise by what others have attached to it."""
        parts = (finding.difference for finding in _unmanaged(findings, removes=self.removes))
        return any(
            message.startswith(f"{part.subject.replace('-', ' ', 1).replace(':', ' ')} is not") for part in parts
        )

    def _there(self) -> Snapshot:
        with self._without_orphans():
            return snapshot(self)

    @contextmanager
    def _without_orphans(self) -> Iterator[None]:
        center, before = self.aws.center, self.foreign_assignments
        self.foreign_assignments = before | {
            key for key in center.assignments if key.principal_id not in {*center.users, *center.groups}
        }
        try:
            yield
        finally:
            self.foreign_assignments = before


def _told(finding: DriftFinding) -> str:
    difference = finding.difference
    return f"{difference.kind} {difference.subject} {difference.resource} {dict(difference.ids)}"


def _found(finding: DriftFinding) -> Difference:
    """Return what a finding is about by AWS's ids."""
    difference, ids = finding.difference, finding.difference.ids
    if "account" in ids:
        key = Key("assignment", (ids["account"], ids["permission_set_arn"], ids["principal_id"]))
    elif "permission_set_arn" in ids:
        arn = ids["permission_set_arn"]
        is_whole = difference.resource in ("permission-set", "provisioning")
        key = Key("set", (arn,)) if is_whole else Key("part", (arn, difference.resource))
    elif "group_id" in ids:
        key = Key("member", (ids["group_id"], ids["user_id"])) if "user_id" in ids else Key("group", (ids["group_id"],))
    else:
        key = Key("user", (ids["user_id"],))
    return Difference(str(difference.kind), key)


def _keys_of(of: ResourceOf, applied: Applied) -> Iterator[Key]:
    ids, kind = applied.references, of.resource.kind
    arn = ids.get("permission_set_arn", "")
    match kind:
        case ResourceKind.USER:
            yield Key("user", (ids.get("user_id", ""),))
        case ResourceKind.GROUP:
            yield Key("group", (ids.get("group_id", ""),))
        case ResourceKind.MEMBERSHIP:
            yield Key("member", (ids.get("group_id", ""), ids.get("user_id", "")))
        case ResourceKind.ASSIGNMENT:
            principal = ids.get("user_id") or ids.get("group_id", "")
            yield Key("assignment", (of.subject.name, arn, principal))
        case _:
            yield Key("set", (arn,))
            yield Key("part", (arn, str(of.resource)))


def _group_of(target: ResourceOf) -> ResourceOf:
    return ResourceOf.parse(f"group:{target.resource.name}#group")


def _unmanaged(findings: Iterable[DriftFinding], *, removes: bool) -> Iterator[DriftFinding]:
    """Yield findings about what others have made, with `removes` only those that are never removed."""
    for finding in findings:
        difference = finding.difference
        is_access = difference.resource.startswith(("membership", "assignment"))
        is_kept = finding.is_baseline or not is_access or difference.target is None
        if difference.kind in ("unmanaged", "orphaned") and (is_kept or not removes):
            yield finding


def _words(finding: DriftFinding) -> Iterator[str]:
    difference = finding.difference
    yield f"{difference.subject} {difference.resource}".replace("user:", "person:")


def _word_of(item: Item) -> str:
    match item.kind:
        case "membership":
            return f"person:{item.names[0]} membership/{item.names[1]}"
        case "assignment":
            account, permission_set, principal = item.names
            return f"account:{account} assignment/{permission_set}/{principal.removeprefix('group:')}"
        case "user":
            return f"person:{item.names[0]} user"
        case "set":
            return f"permission-set:{item.names[0]} permission-set"
        case _:
            return f"{item.kind}:{item.names[0]} {item.kind}"


def _with_repairs(policy: str, *, removes: bool) -> str:
    text = f"{policy}drift: {{missing: repair, changed: repair, unprovisioned: repair}}\n"
    if not removes:
        return text
    if "guardrails:\n" in text:
        return text.replace("guardrails:\n", "guardrails:\n  unmanaged: remove\n")
    return f"{text}guardrails: {{unmanaged: remove}}\n"
