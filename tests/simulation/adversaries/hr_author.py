"""The author of the HR configuration: says which HR system is believed about what, and is an engineer besides."""

import json
from dataclasses import dataclass, replace
from datetime import datetime

from dayone.messages.deliveries import Delivery
from dayone.model.people import Person
from dayone.ops.hr_configuration_approval import request_hr_approval
from tests.builders import attributes_in
from tests.simulation.adversaries.company import OWN
from tests.simulation.adversaries.parties import Act, ApiCaller
from tests.simulation.adversaries.trial import GRACE
from tests.simulation.model import hr_system
from tests.simulation.model.hr_system import OTHER_SOURCE
from tests.simulation.outside import Told

_PLAIN = "version: 1\nsources: {standard: {kind: standard}}\n"
_TWO = "version: 1\nsources: {standard: {kind: standard}, other: {kind: standard}}\n"
# A file that two have agreed on, of which another member is read as the title.
_FILE = "version: 1\nsources: {standard: {kind: standard}, other: {kind: json}}\nowners: {title: other}\n"
_COLLEAGUE = "arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_HrConfiguration_0123456789abcdef/carol"
_FRIENDS = (OWN, "e-2")
_MAPPED = _FILE.replace("{kind: json}", "{kind: json, attributes: {title: /nickname}}")
# Somebody else is believed, and people are called something else.
CONFIGURATIONS = (
    _TWO + "owners: {title: other}\n",
    _TWO + "owners: {title: other, department: other}\n",
    _MAPPED,
    _PLAIN + 'user_names: {pattern: "{given_name}.{family_name}", on_collision: number, follow_changes: true}\n',
)


@dataclass(frozen=True)
class _File(Told):
    """A delivery with everybody in it."""

    everybody: tuple[Person, ...] = ()

    def signed(self, *, sent: datetime) -> Delivery:
        rows = [
            {**attributes_in(person), "id": person.id, "nickname": "Cloud Admin" if person.id in _FRIENDS else "Al"}
            for person in self.everybody
        ]
        return hr_system.signed(json.dumps(rows), reference=self.reference, sent=sent, source=self.source)


class HrAuthor(ApiCaller):
    """May write the configuration of HR systems, and tries to approve it, and what comes of it, by another role."""

    name = "hr author"
    decides_what_all_have = True
    roles = ("HrConfiguration", "Operator")

    def acts(self) -> tuple[Act, ...]:
        writes = (self._writes, self._writes_and_approves, self._maps)
        return (*writes, *writes, self._takes_back, self._everybody_is_told_of, self.approves, self.approves)

    def _maps(self) -> None:
        """Have a file that somebody else has agreed to read otherwise, and approve those who gain by that."""
        for seconds in range(0, 400, 40):
            self.trial.world.time.at(float(seconds), self._maps_further)

    def _maps_further(self) -> None:
        hr, at = self.trial.world.day_one.hr, self.trial.world.time.at
        if hr.approved not in (_FILE, _MAPPED):
            self.trial.agreed.add(_FILE)
            hr.write(_FILE, by=_COLLEAGUE)
            at(20.0, self._grace_agrees_to_file)
            return
        if hr.approved == _FILE:
            hr.write(_MAPPED, by=self.arn)
        self._a_file_is_sent()
        at(20.0, self.approves)

    def _a_file_is_sent(self) -> None:
        """By the other system, of everybody, with what they call themselves."""
        outside, now = self.trial.outside, self.trial.world.time.now
        reference = f"file-{next(outside.numbers)}"
        self.trial.behind[reference] = self.name
        people = [told.person for told in outside.people.values()]
        outside.deliver(_File(people[0], at=now, reference=reference, source=OTHER_SOURCE, everybody=tuple(people)))

    def _writes(self, text: str = "") -> None:
        self.trial.world.day_one.hr.write(text or self.random.choice(CONFIGURATIONS), by=self.arn)
        self.trial.world.time.at(self.random.choice((20.0, 80.0)), self._everybody_is_told_of)
        self.trial.world.time.at(self.random.choice((90.0, 120.0)), self.approves)

    def _takes_back(self) -> None:
        self.trial.world.day_one.hr.write(_PLAIN, by=self.arn)

    def _writes_and_approves(self) -> None:
        """As soon as it is known that it is held."""
        self._writes()
        self.trial.world.time.at(self.random.choice((10.0, 70.0)), self._approves_configuration)

    def _approves_configuration(self) -> None:
        newest, arn = self.trial.world.day_one.state.hr_versions.newest, self.arn
        if newest is not None:
            self.asks(lambda api: request_hr_approval(newest.digest, actor=arn, ports=api))

    def _grace_agrees_to_file(self) -> None:
        newest = self.trial.world.day_one.state.hr_versions.newest
        if newest is not None and newest.text == _FILE:
            self.asks(lambda api: request_hr_approval(newest.digest, actor=GRACE, ports=api))

    def _everybody_is_told_of(self) -> None:
        """The feed of every night, and what the other system says of some of these people."""
        outside = self.trial.outside
        for told in list(outside.people.values()):
            outside.tells(told.person)
        for told in self.random.sample(sorted(outside.people.values(), key=lambda told: told.person.id), k=4):
            promoted = replace(told.person, title="Cloud Admin", department="Platform")
            reference = f"evt-{next(outside.numbers)}"
            self.trial.behind[reference] = self.name
            now = self.trial.world.time.now
            outside.deliver(Told(promoted, at=now, reference=reference, source=OTHER_SOURCE))
