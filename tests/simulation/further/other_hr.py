"""Further HR systems: one that is asked for its records, one that sends whole records, and one that sends files."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from itertools import count
from random import Random

from dayone.messages.deliveries import Delivery
from dayone.model.hr_sources import HrVersion, HrVersions, HrVersionState
from tests.simulation.features import Company, Feature
from tests.simulation.further.hr_kinds import (
    FILES,
    KINDS,
    SAYS,
    SENDER,
    THIN,
    WHOLE,
    Employee,
    Parcel,
    answered,
    configured,
    file_of,
    told,
)
from tests.simulation.model.hr_api import HrApi, Mood
from tests.simulation.model.hr_system import SOURCE
from tests.simulation.model.weather import CLEAR
from tests.simulation.oracle.facts import Record
from tests.simulation.outside import Outside
from tests.simulation.policies import DEPARTMENTS

_OF_FEATURE = {Feature.THIN_HR: THIN, Feature.WHOLE_HR: WHOLE, Feature.FILES: FILES}
_TROUBLES = 150.0
# Source: docs/hr.md: a system may have to be asked some time after its event, and who waits is looked for every minute.
_ASKED_WITHIN = 60.0
_WITHOUT_DAYS = ("okta",)


def begin(seed: int, outside: Outside, *, company: Company) -> None:
    """Set up the HR systems that this company has beside the first one, and let them tell of their people."""
    random = Random(f"other hr {seed}")  # noqa: S311 - chance that can be had again is what is wanted
    names = [name for feature, name in _OF_FEATURE.items() if company.has(feature)]
    kinds = {name: random.choice(KINDS[name]) for name in names}
    if not kinds:
        return
    _configure(outside, kinds, random)
    for name, kind in kinds.items():
        chance = Random(f"{name} {seed}")  # noqa: S311 - as above
        system = OtherHr(source=name, kind=kind, random=chance, outside=outside)
        system.begin()
        outside.others.append(system)


def _configure(outside: Outside, kinds: dict[str, str], random: Random) -> None:
    """Have the configuration in force from the beginning, in an order and with owners that chance draws."""
    day_one, order = outside.day_one, [SOURCE, *kinds]
    random.shuffle(order)
    entries = [configured(name, kinds[name]) if name in kinds else f"{name}: {{kind: standard}}" for name in order]
    owners = {name: random.choice(order) for name in ("department", "title") if random.random() < 0.6}
    owned = ", ".join(f"{name}: {owner}" for name, owner in owners.items())
    text = f"version: 1\nsources: {{{', '.join(entries)}}}\nowners: {{{owned}}}\n"
    day_one.hr.written = day_one.hr.approved = text
    first = HrVersion(number=1, text=text, at=day_one.time.now - timedelta(days=1), state=HrVersionState.IN_FORCE)
    day_one.state.hr_versions = HrVersions(in_force=first, newest=first)
    outside.facts.sources, outside.facts.owners = (*order, "manual"), owners


@dataclass(kw_only=True)
class OtherHr:
    """One system, with its people as they are now. It sends one delivery after the other, each until it is taken."""

    source: str
    kind: str
    random: Random
    outside: Outside
    people: dict[str, Employee] = field(default_factory=dict)
    waiting: list[tuple[Callable[[], Delivery], Callable[[], None]]] = field(default_factory=list)
    numbers: "count[int]" = field(default_factory=lambda: count(1))
    api: HrApi = field(default_factory=HrApi)

    def begin(self) -> None:
        random, letter = self.random, self.source[0]
        names = [f"{letter}-{number}" for number in range(1, random.randint(4, 7))]
        if self.source == THIN:
            self.outside.day_one.hr_api = self.api
            self._has_moods()
        for name in names:
            self.people[name] = self._drawn(name)
        # Somebody whom the first system has as well.
        for name in ("e-1", "e-2")[: random.choice((0, 1, 2))]:
            self.people[name] = self._drawn(name)
        for name in self.people if self.source != FILES else ("",):
            self._later(random.random() * 20, partial(self._tells, name))
        for _ in range(random.randint(3, 8)):
            self._later(20 + random.random() * _TROUBLES, random.choice(self._happenings()))

    def says_all_again(self) -> None:
        """Say once more how everybody is."""
        for name in [*self.people] if self.source != FILES else [""]:
            self._tells(name)

    def _later(self, seconds: float, then: Callable[[], None]) -> None:
        self.outside.day_one.time.at(seconds, then)

    def _drawn(self, name: str) -> Employee:
        random, now = self.random, self.outside.day_one.time.now
        has_days = self.kind not in _WITHOUT_DAYS and not name.startswith("e-")
        start = random.choice(("", "", now.date().isoformat())) if has_days else ""
        title = random.choice(("", "Intern", "Lead"))
        return Employee(id=name, department=random.choice(DEPARTMENTS), title=title, start_date=start, changed_at=now)

    def _happenings(self) -> tuple[Callable[[], None], ...]:
        of_files = (self._is_cut_short, self._vanishes, self._vanishes) if self.source == FILES else (self._is_deleted,)
        return (self._moves, self._moves, self._leaves, self._leaves, self._comes_back, *of_files)

    # What happens

    def _somebody(self) -> Employee:
        return self.people[self.random.choice(sorted(self.people))]

    def _becomes(self, employee: Employee) -> None:
        self.people[employee.id] = replace(employee, changed_at=self.outside.day_one.time.now)
        self._tells(employee.id)

    def _moves(self) -> None:
        self._becomes(replace(self._somebody(), department=self.random.choice(DEPARTMENTS)))

    def _leaves(self) -> None:
        employee = self._somebody()
        if not employee.id.startswith("e-"):
            self._becomes(replace(employee, has_left=True))

    def _comes_back(self) -> None:
        self._becomes(replace(self._somebody(), has_left=False))

    def _is_deleted(self) -> None:
        employee = self._somebody()
        if not employee.id.startswith("e-"):
            self.people[employee.id] = replace(employee, has_left=True, changed_at=self.outside.day_one.time.now)
            self._tells(employee.id, is_deletion=True)

    def _vanishes(self) -> None:
        """Somebody is not in the next file, which says nothing of why; one or two at a time are no mistake."""
        employee = self._somebody()
        if len(self.people) > 3 and not employee.id.startswith("e-"):
            del self.people[employee.id]
            self._tells("")

    def _is_cut_short(self) -> None:
        """Half of a file is no file: so many cannot have gone at once, and nothing of it counts."""
        kept = sorted(self.people.values(), key=lambda each: each.id)[:1]
        if len(self.people) > 4:
            self._sends(lambda: self._file(kept), lambda: None)

    def _has_moods(self) -> None:
        """It cannot always be asked; who has just been taken on may not be shown for a while."""
        if self.outside.day_one.weather.climate == CLEAR:
            return
        for _ in range(self.random.choice((0, 1, 2))):
            begins, mood = self.random.random() * _TROUBLES, self.random.choice(list(Mood))
            self._later(begins, partial(setattr, self.api, "mood", mood))
            self._later(begins + self.random.random() * 60, partial(setattr, self.api, "mood", Mood.WELL))
        hidden = f"{self.source[0]}-1"
        if self.random.random() < 0.3:
            self._later(0.0, partial(self.api.hidden.add, hidden))
            self._later(_TROUBLES, partial(self.api.hidden.discard, hidden))

    # Telling

    def _tells(self, name: str, *, is_deletion: bool = False) -> None:
        if self.source == FILES:
            everybody = sorted(self.people.values(), key=lambda each: each.id)
            self._sends(lambda: self._file(everybody), lambda: self._everybody_is(everybody))
            return
        employee, at, number = self.people[name], self.outside.day_one.time.now, next(self.numbers)
        if self.source == THIN:
            self._shows(employee, is_gone=is_deletion)
        parcel = told(self.kind, employee, at=at, is_deletion=is_deletion, number=number)
        self._sends(lambda: parcel, lambda: self._is(employee))

    def _shows(self, employee: Employee, *, is_gone: bool) -> None:
        self.api.records.pop(employee.id, None)
        if not is_gone:
            self.api.records[employee.id] = answered(self.kind, employee)

    def _file(self, employees: list[Employee]) -> Parcel:
        return file_of(self.kind, employees, number=next(self.numbers), sent=self.outside.day_one.time.now)

    def _sends(self, parcel: Callable[[], Parcel], then: Callable[[], None]) -> None:
        def signed() -> Delivery:
            made = parcel()
            return Delivery(source=self.source, headers=made.headers, body=made.body.encode(), sender=SENDER)

        self.waiting.append((signed, then))
        if len(self.waiting) == 1:
            self._sends_next()

    def _sends_next(self) -> None:
        signed, then = self.waiting[0]

        def taken(_: object) -> None:
            then()
            self.waiting.pop(0)
            if self.waiting:
                self._sends_next()

        self.outside.delivers(signed, taken)

    # What the outside knows then

    def _is(self, employee: Employee) -> None:
        if self.source != THIN:
            self._note(employee)
            return
        self.outside.asking += 1
        self._later(_ASKED_WITHIN, partial(self._was_asked, employee))

    def _was_asked(self, employee: Employee) -> None:
        self.outside.asking -= 1
        self._note(employee)

    def _everybody_is(self, employees: list[Employee]) -> None:
        for employee in employees:
            self._note(employee)
        present, now = {each.id for each in employees}, self.outside.day_one.time.now
        for name, records in self.outside.facts.records.items():
            own = [record for record in records if record.source == self.source]
            if own and name not in present and not own[-1].is_missing:
                records.append(replace(own[-1], at=now, has_ended=True, is_missing=True))

    def _note(self, employee: Employee) -> None:
        facts, now = self.outside.facts, self.outside.day_one.time.now
        attributes = {
            name: text for name, text in employee.attributes.items() if text or name in ("department", "title")
        }
        attributes |= SAYS.get(self.kind, {})
        attributes |= {"user_name": employee.email, "display_name": f"Ada {employee.id}"}
        known = Record(at=now, attributes=attributes, has_ended=employee.has_left, source=self.source)
        facts.records.setdefault(employee.id, []).append(known)
