"""A configuration of HR systems that lets others speak counts once somebody else has approved it."""

from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from dayone.errors import Forbidden, Inapplicable, NotFound, Throttled
from dayone.model.changes import ChangeState
from dayone.model.hr_sources import ALL_SOURCES, DEFAULT, HrVersion, HrVersionState, text_digest
from dayone.model.subjects import THE_ORGANIZATION
from dayone.ops.health import Overview
from dayone.ops.hr_configuration_approval import request_hr_approval
from tests.fakes.hr import MemoryHrVersions
from tests.fakes.overview import memory_overview
from tests.fakes.queues import MemoryInbox
from tests.fakes.table.policies import MemoryChanges
from tests.unit.world import World

_ATTACKER, _OTHER = "arn:aws:sts::1:assumed-role/pipeline/mallory", "arn:aws:sts::1:assumed-role/operate/grace"
_OURS = "version: 1\nsources: {standard: {kind: standard}, files: {kind: csv, senders: [203.0.113.0/24]}}\n"
_ATTACK = _OURS.replace("203.0.113.0/24", "0.0.0.0/0")
_NARROWER = _OURS.replace("203.0.113.0/24", "203.0.113.7/32")


@dataclass
class Api:
    """Ports of the API for an approval."""

    world: World
    hr_versions: MemoryHrVersions = field(init=False)
    inbox: MemoryInbox = field(init=False)
    changes: MemoryChanges = field(init=False)
    overview: Overview = field(init=False)

    def __post_init__(self) -> None:
        self.hr_versions = MemoryHrVersions(self.world.state)
        self.inbox, self.changes = self.world.inbox, MemoryChanges(self.world.state)
        self.overview = memory_overview(self.world.state)

    def clock(self) -> object:
        return self.world.now

    def entropy(self) -> bytes:
        return bytes(10)


def _stack(text: str = _OURS) -> World:
    """A stack that was just deployed with this configuration, after its first sweep."""
    world = World(is_new=True)
    world.hr_parameters.write(text, by="arn:deployer")
    _sweep(world)
    return world


def _sweep(world: World) -> None:
    world.now += timedelta(minutes=1)
    world.sweep()
    world.inbox.commands = [each for each in world.inbox.commands if each.subject != THE_ORGANIZATION]
    world.plan_all()


def _approve(world: World, text: str, *, by: str = _OTHER) -> str:
    world.now += timedelta(seconds=1)
    return request_hr_approval(text_digest(text), actor=by, ports=Api(world))  # type: ignore[arg-type]


def _newest(world: World) -> HrVersion:
    newest = world.state.hr_versions.newest
    assert newest is not None
    return newest


def test_the_first_configuration_of_a_new_stack_counts() -> None:
    world = _stack()
    assert world.hr_parameters.approved == _OURS
    assert (_newest(world).number, _newest(world).state) == (1, HrVersionState.IN_FORCE)


def test_a_stack_that_began_without_one_holds_the_first_that_comes() -> None:
    world = _stack(DEFAULT)
    world.hr_parameters.write(_OURS, by=_ATTACKER)
    _sweep(world)
    assert world.hr_parameters.approved == DEFAULT
    assert _newest(world).reasons == ("source files is new",)


def test_what_opens_a_door_waits_and_is_in_the_audit_log() -> None:
    world = _stack()
    world.hr_parameters.write(_ATTACK, by=_ATTACKER)
    _sweep(world)
    assert world.hr_parameters.approved == _OURS
    assert _newest(world).state is HrVersionState.HELD
    entry = world.state.log[-1][0]
    assert (entry.action, entry.actor, entry.subject) == ("record-hr-configuration", _ATTACKER, "hr-source:*")
    assert text_digest(_ATTACK) in entry.detail
    assert "networks that it could not send from before" in entry.detail
    assert world.state.changes[entry.change].state is ChangeState.SUCCEEDED


def test_it_counts_once_somebody_else_has_approved_it() -> None:
    world = _stack()
    world.hr_parameters.write(_ATTACK, by=_ATTACKER)
    _sweep(world)
    change = _approve(world, _ATTACK)
    assert world.state.changes[change].state is ChangeState.PLANNING
    world.plan_all()
    assert world.hr_parameters.approved == _ATTACK
    assert world.state.changes[change].state is ChangeState.SUCCEEDED
    assert (_newest(world).state, _newest(world).approved_by) == (HrVersionState.IN_FORCE, _OTHER)
    entry = world.state.log[-1][0]
    assert (entry.action, entry.actor, entry.change) == ("approve-hr-configuration", _OTHER, change)


def test_whoever_has_written_it_cannot_approve_it_even_when_another_writes_it_again() -> None:
    world = _stack()
    world.hr_parameters.write(_ATTACK, by=_ATTACKER)
    _sweep(world)
    world.hr_parameters.write(_ATTACK, by="arn:somebody-else")
    _sweep(world)
    with pytest.raises(Forbidden):
        _approve(world, _ATTACK, by=_ATTACKER)
    with pytest.raises(Forbidden):
        _approve(world, _ATTACK, by="arn:somebody-else")


@pytest.mark.parametrize(
    ("author", "approver", "is_refused"),
    [
        (
            "arn:aws:sts::111122223333:assumed-role/pipeline/one",
            "arn:aws:sts::111122223333:assumed-role/pipeline/two",
            True,
        ),
        (
            "arn:aws:sts::111122223333:assumed-role/pipeline/one",
            "arn:aws:sts::111122223333:assumed-role/operate/one",
            False,
        ),
        (
            "arn:aws:sts::111122223333:assumed-role/pipeline/one",
            "arn:aws:sts::444455556666:assumed-role/pipeline/one",
            False,
        ),
        ("arn:aws:sts::111122223333:federated-user/one", "arn:aws:sts::111122223333:federated-user/two", True),
        ("arn:aws:iam::1:user/one", "arn:aws:iam::1:user/two", False),
        ("arn:aws:iam::1:user/one", "arn:aws:iam::1:user/one", True),
        (
            "arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Ops_0123456789abcdef/ada",
            "arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Ops_0123456789abcdef/bo",
            False,
        ),
        (
            "arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Ops_0123456789abcdef/ada",
            "arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Ops_0123456789abcdef/ada",
            True,
        ),
    ],
)
def test_another_name_of_a_session_is_not_another_person(author: str, approver: str, is_refused: bool) -> None:  # noqa: FBT001
    world = _stack()
    world.hr_parameters.write(_ATTACK, by=author)
    _sweep(world)
    if is_refused:
        with pytest.raises(Forbidden):
            _approve(world, _ATTACK, by=approver)
    else:
        _approve(world, _ATTACK, by=approver)
    assert len(world.inbox.commands) == (0 if is_refused else 1)


_TWO = """version: 1
sources:
  standard: {kind: standard, max_age_seconds: 300}
  files: {kind: csv, senders: [203.0.113.0/24]}
"""


@pytest.mark.parametrize(
    "attack",
    [
        DEFAULT,  # as after somebody has deleted the parameter
        _TWO.replace("files:", "files2:"),
        _TWO.replace("203.0.113.0/24", "0.0.0.0/0"),
        _TWO.replace(", senders: [203.0.113.0/24]", ""),
        _TWO.replace("kind: csv,", "kind: csv, proof: secret,"),
        _TWO.replace("kind: csv,", "kind: csv, secret: dayone/hr/mine,"),
        _TWO.replace("kind: csv,", "kind: csv, attributes: {department: {default: Platform}},"),
        _TWO.replace("kind: csv", "kind: json"),
        _TWO.replace("max_age_seconds: 300", "max_age_seconds: 301"),
        _TWO.replace(", max_age_seconds: 300", ""),
        _TWO + "owners: {department: files}\n",
        _TWO + 'user_names: {pattern: "{id}"}\n',
        _TWO.replace("  standard: {kind: standard, max_age_seconds: 300}\n", "") + _TWO.splitlines()[2] + "\n",
        _TWO + "  mine: {kind: standard}\n",
    ],
)
def test_nobody_counts_for_more_by_what_a_single_writer_of_the_parameter_writes(attack: str) -> None:
    assert attack != _TWO
    world = _stack(_TWO)
    world.hr_parameters.write(attack, by=_ATTACKER)
    for _ in range(3):
        _sweep(world)
    assert world.hr_parameters.approved == _TWO
    assert (_newest(world).number, _newest(world).state) == (2, HrVersionState.HELD), _newest(world).reasons
    with pytest.raises(Forbidden):
        _approve(world, attack, by=_ATTACKER)


def test_two_steps_do_not_do_what_one_may_not() -> None:
    """A text that was in force once is measured by what is in force now."""
    world = _stack(_TWO)
    narrower = _TWO.replace("203.0.113.0/24", "203.0.113.7/32")
    world.hr_parameters.write(narrower, by=_ATTACKER)
    _sweep(world)
    world.hr_parameters.write(_TWO, by=_ATTACKER)
    _sweep(world)
    assert (world.hr_parameters.approved, _newest(world).state) == (narrower, HrVersionState.HELD)


def test_another_text_than_the_one_that_was_approved_does_not_count() -> None:
    world = _stack()
    world.hr_parameters.write(_ATTACK, by=_ATTACKER)
    _sweep(world)
    change = _approve(world, _ATTACK)
    worse = _ATTACK.replace("files:", "mine:")
    world.hr_parameters.write(worse, by=_ATTACKER)
    world.plan_all()
    assert world.hr_parameters.approved == _ATTACK
    assert world.state.changes[change].state is ChangeState.SUCCEEDED
    _sweep(world)
    assert (world.hr_parameters.approved, _newest(world).state) == (_ATTACK, HrVersionState.HELD)
    with pytest.raises(NotFound):
        _approve(world, _ATTACK)


def test_an_approval_that_comes_after_another_version_was_recorded_approves_nothing_and_fails() -> None:
    world = _stack()
    world.hr_parameters.write(_ATTACK, by=_ATTACKER)
    _sweep(world)
    change = _approve(world, _ATTACK)
    (approval,) = world.inbox.commands
    world.inbox.commands.clear()
    world.hr_parameters.write(_ATTACK.replace("files:", "mine:"), by=_ATTACKER)
    _sweep(world)
    world.plan(approval)
    assert (world.hr_parameters.approved, _newest(world).state) == (_OURS, HrVersionState.HELD)
    assert world.state.changes[change].state is ChangeState.FAILED
    assert "nothing was approved" in world.state.given_up[change, ALL_SOURCES]


def test_the_same_approval_twice_changes_nothing() -> None:
    world = _stack()
    world.hr_parameters.write(_ATTACK, by=_ATTACKER)
    _sweep(world)
    change = _approve(world, _ATTACK)
    (approval,) = world.inbox.commands
    world.plan_all()
    log = len(world.state.log)
    world.plan(approval)
    assert (world.hr_parameters.approved, len(world.state.log)) == (_ATTACK, log)
    assert world.state.changes[change].state is ChangeState.SUCCEEDED


def test_nobody_approves_a_version_whose_author_is_not_known() -> None:
    """Check that an author cannot approve their own version by deleting the parameter before its history is read."""
    world = _stack()
    world.hr_parameters.write(_ATTACK, by=_ATTACKER)
    world.hr_parameters.wrote.clear()
    _sweep(world)
    with pytest.raises(Inapplicable):
        _approve(world, _ATTACK, by=_ATTACKER)
    world.hr_parameters.write(_ATTACK, by=_ATTACKER)
    _sweep(world)
    with pytest.raises(Forbidden):
        _approve(world, _ATTACK, by=_ATTACKER)
    _approve(world, _ATTACK)


def test_what_only_becomes_stricter_counts_at_once() -> None:
    world = _stack()
    world.hr_parameters.write(_NARROWER, by=_ATTACKER)
    _sweep(world)
    assert world.hr_parameters.approved == _NARROWER
    with pytest.raises(Inapplicable):
        _approve(world, _NARROWER)


def test_what_is_held_is_compared_with_what_counts_and_not_with_what_was_written_before() -> None:
    world = _stack()
    world.hr_parameters.write(_ATTACK, by=_ATTACKER)
    _sweep(world)
    world.hr_parameters.write(_ATTACK + "# again\n", by=_ATTACKER)
    _sweep(world)
    assert (_newest(world).number, _newest(world).state) == (3, HrVersionState.HELD)
    assert world.hr_parameters.approved == _OURS


def test_putting_the_old_one_back_ends_the_waiting() -> None:
    world = _stack()
    world.hr_parameters.write(_ATTACK, by=_ATTACKER)
    _sweep(world)
    world.hr_parameters.write(_OURS, by="arn:deployer")
    _sweep(world)
    assert (_newest(world).number, _newest(world).state) == (3, HrVersionState.IN_FORCE)
    with pytest.raises(NotFound):
        _approve(world, _ATTACK)


def test_a_text_with_mistakes_changes_nothing_and_says_which() -> None:
    world = _stack()
    world.hr_parameters.write("version: 1\nsources: {x: {kind: workday}}\n", by=_ATTACKER)
    _sweep(world)
    assert (world.hr_parameters.approved, _newest(world).state) == (_OURS, HrVersionState.INVALID)
    assert all(reason.startswith("hr.yaml:2:") for reason in _newest(world).reasons)


@pytest.mark.parametrize("approved", ["", _ATTACK])
def test_what_counts_is_put_right_when_somebody_takes_it_away_or_writes_it(approved: str) -> None:
    world = _stack()
    world.hr_parameters.approved = approved
    _sweep(world)
    assert world.hr_parameters.approved == _OURS
    assert _newest(world).number == 1


def test_a_crash_before_it_counts_is_made_up_for() -> None:
    world = _stack()
    world.hr_parameters.write(_NARROWER, by=_ATTACKER)
    world.now += timedelta(minutes=1)
    world.sweep()
    world.inbox.commands = [each for each in world.inbox.commands if each.subject != THE_ORGANIZATION]
    (command,) = world.inbox.commands
    approve = world.hr_parameters.approve
    world.hr_parameters.approve = _breaks  # type: ignore[assignment, method-assign]
    with pytest.raises(Throttled):
        world.plan(command)
    world.hr_parameters.approve = approve  # type: ignore[method-assign]
    world.plan(command)
    assert world.hr_parameters.approved == _NARROWER
    assert _newest(world).number == 2


def _breaks(_text: str) -> None:
    raise Throttled("slow down")


def test_a_quiet_sweep_asks_for_nothing() -> None:
    world = World()
    world.sweep()
    assert world.inbox.commands == []


def test_what_cannot_be_read_is_told_and_stops_nothing_else_of_the_sweep() -> None:
    world = World()
    world.hr_parameters.breaks = Throttled("slow down")
    with pytest.raises(Throttled):
        world.sweep()
