"""What keeps a person from having access at all: they have not begun, are on leave, or have left."""

from datetime import datetime

from dayone.domain.life_cycle import LifeCycle, Stage, stage_of
from dayone.domain.obstacles import Nearness, Obstacle
from dayone.domain.people import Person, Status


def of_employment(person: Person, *, cycle: LifeCycle, now: datetime) -> Nearness:
    """Whether the person is to have anything at all."""
    stage, where = stage_of(person, cycle=cycle, now=now), f"({person.time_zone})"
    if person.status is Status.MISSING and stage is Stage.PRESENT:
        return _in_the_way("status", actual="missing from what HR sends", needed="`active`: what they have is held")
    if stage is Stage.PRESENT:
        return Nearness(1)
    if original := cycle.original_of(person.id):
        return _in_the_way("id", actual=person.id, needed=f"`{original}`: they are the same by the policy")
    if person.status not in (Status.ACTIVE, Status.ON_LEAVE):
        return _in_the_way("status", actual=str(person.status), needed="`active`: their employment has ended")
    if stage is Stage.ON_LEAVE:
        back = f"on leave until {person.leave_end or 'HR says otherwise'} {where}"
        return _in_the_way("status", actual=back, needed="`active`: the policy suspends access on leave")
    if stage is Stage.LEFT:
        ends = f"{person.end_date} {where}"
        return _in_the_way("end_date", actual=ends, needed="a last day to come: they are not employed any more")
    begins = f"{person.start_date} {where}"
    return _in_the_way("start_date", actual=begins, needed="that day to come: they are not employed yet")


def _in_the_way(attribute: str, *, actual: str, needed: str) -> Nearness:
    return Nearness(obstacles=(Obstacle(rule="", about=f"person.{attribute}", actual=actual, needed=needed),))
