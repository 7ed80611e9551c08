"""The author of the HR configuration: says which HR system is believed about what, and is an engineer besides."""

from dataclasses import replace

from dayone.ops.hr_configuration_approval import request_hr_approval
from tests.simulation.adversaries.parties import Act, ApiCaller
from tests.simulation.hr_system import OTHER_SOURCE
from tests.simulation.outside import Told

_PLAIN = "version: 1\nsources: {standard: {kind: standard}}\n"
_TWO = "version: 1\nsources: {standard: {kind: standard}, other: {kind: standard}}\n"
# Somebody else is believed, and people are called something else.
CONFIGURATIONS = (
    _TWO + "owners: {title: other}\n",
    _TWO + "owners: {title: other, department: other}\n",
    _PLAIN + 'user_names: {pattern: "{given_name}.{family_name}", on_collision: number, follow_changes: true}\n',
)


class HrAuthor(ApiCaller):
    """May write the configuration of HR systems, and tries to approve it, and what comes of it, by another role."""

    name = "hr author"
    decides_what_all_have = True
    roles = ("HrConfiguration", "Operator")

    def acts(self) -> tuple[Act, ...]:
        writes = (self._writes, self._writes_and_approves)
        return (*writes, *writes, self._takes_back, self._everybody_is_told_of, self.approves, self.approves)

    def _writes(self) -> None:
        self.trial.world.day_one.hr.write(self.random.choice(CONFIGURATIONS), by=self.arn)
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
