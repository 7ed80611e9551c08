"""A whole workforce in one delivery: everybody is told of, nobody vanishes by a file that is too small."""

import random
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from dayone.errors import Invalid, Malformed, TooLarge, Unavailable
from dayone.hr import bulk_import
from dayone.hr.bulk_import import ImportPorts, import_workforce
from dayone.hr.merge import packed, unpacked
from dayone.model.changes import Change, ChangeState
from dayone.model.commands import ApplyHrRecord, Command, ImportWorkforce
from dayone.model.people import Status
from dayone.model.subjects import Subject, SubjectKind
from tests.builders import a_group, a_policy, a_set, an_account, an_assignment
from tests.fakes.table.policies import MemoryChanges
from tests.unit.hr_senders import STANDARD_KEY, Receiving, sample, signed, with_body
from tests.unit.hr_world import cause_of, later, person_in
from tests.unit.world import World

_SETUP = "version: 1\nsources: {people: {kind: csv, may_shrink: {percent: 10, at_least: 2}}}"
_POLICY = a_policy(a_group("engineers"), a_set("ViewOnly"), an_assignment())


def _world() -> World:
    world = World()
    world.hr_sources.text = _SETUP
    world.policy_is(_POLICY)
    world.account_is(an_account())
    world.settle()
    later(world, seconds=1)
    return world


def _staff(*numbers: int, title: str = "") -> dict[str, dict[str, str]]:
    return {
        f"e-{number}": {
            "given_name": f"G{number}",
            "family_name": "Hopper",
            "email": f"g{number}@example.com",
            "department": "Engineering",
            "title": title,
        }
        for number in numbers
    }


def _imported(world: World, people: Mapping[str, Mapping[str, str]], *, at: datetime | None = None) -> Command:
    command = ImportWorkforce(
        subject=Subject(SubjectKind.HR_SOURCE, "people"),
        cause=cause_of(world, "people", at=at or world.now),
        workforce=packed(people),
    )
    world.inbox.put([command])
    return command


def _change(world: World, request: Command) -> Change:
    return world.state.changes[request.cause.change]


def test_everybody_in_the_file_gets_what_is_theirs_in_one_change() -> None:
    world = _world()
    first = _imported(world, _staff(1, 2, 3))
    world.settle()
    assert world.groups() == {"engineers": {"g1@example.com", "g2@example.com", "g3@example.com"}}
    assert (_change(world, first).subjects, _change(world, first).state) == (3, ChangeState.SUCCEEDED)


def test_the_same_file_again_asks_for_nobody() -> None:
    world = _world()
    _imported(world, _staff(1, 2, 3))
    world.settle()
    later(world, days=1)
    again = _imported(world, _staff(1, 2, 3))
    world.settle()
    assert (_change(world, again).subjects, _change(world, again).state) == (0, ChangeState.SUCCEEDED)


def test_only_who_has_changed_is_looked_at() -> None:
    world = _world()
    _imported(world, _staff(1, 2, 3))
    world.settle()
    later(world, days=1)
    again = _imported(world, {**_staff(1, 2), **_staff(3, title="SRE"), **_staff(4)})
    world.settle()
    assert _change(world, again).subjects == 2
    assert person_in(world, "e-3").title == "SRE"  # type: ignore[union-attr]


def test_who_vanished_is_held_and_not_removed() -> None:
    world = _world()
    _imported(world, _staff(1, 2, 3))
    world.settle()
    later(world, days=1)
    again = _imported(world, _staff(1, 2))
    world.settle()
    assert _change(world, again).state is ChangeState.HELD
    assert "missing from what HR sends" in _change(world, again).held_reason
    assert len(world.groups()["engineers"]) == 3


def test_who_is_back_in_the_next_file_has_lost_nothing_and_nothing_is_held_any_more() -> None:
    world = _world()
    _imported(world, _staff(1, 2, 3))
    world.settle()
    later(world, days=1)
    gone = _imported(world, _staff(1, 2))
    world.settle()
    later(world, days=1)
    _imported(world, _staff(1, 2, 3))
    world.settle()
    assert len(world.groups()["engineers"]) == 3
    assert _change(world, gone).held == 0


def test_who_stays_away_is_told_of_once() -> None:
    world = _world()
    _imported(world, _staff(1, 2, 3))
    world.settle()
    for _ in range(2):
        later(world, days=1)
        again = _imported(world, _staff(1, 2))
        world.settle()
    assert _change(world, again).subjects == 0


@pytest.mark.parametrize(("kept", "is_taken"), [(28, True), (27, True), (26, False), (1, False)])
def test_a_sharply_smaller_file_is_refused(kept: int, is_taken: bool) -> None:  # noqa: FBT001
    world = _world()
    _imported(world, _staff(*range(1, 31)))
    world.settle()
    later(world, days=1)
    again = _imported(world, _staff(*range(1, kept + 1)))
    world.settle()
    assert (_change(world, again).state is not ChangeState.FAILED) == is_taken
    if not is_taken:
        plan = world.state.plans[again.cause.change, again.subject]
        assert plan.notes == (f"{kept} people after 30: at most 3 may be gone at once",)
        assert world.state.log[-1][0].outcome == "refused"
        assert _change(world, again).held == 0


def test_a_few_may_always_be_gone() -> None:
    world = _world()
    _imported(world, _staff(1, 2, 3, 4))
    world.settle()
    later(world, days=1)
    again = _imported(world, _staff(1, 2))
    world.settle()
    assert _change(world, again).held == 2


def test_a_file_that_was_overtaken_is_refused() -> None:
    world = _world()
    _imported(world, _staff(1, 2, 3, 4))
    world.settle()
    late = _imported(world, _staff(1, 2, 3), at=world.now - timedelta(days=1))
    world.settle()
    assert _change(world, late).state is ChangeState.FAILED
    assert len(world.groups()["engineers"]) == 4


def test_a_source_that_is_not_set_up_any_more_is_to_be_asked_again_later() -> None:
    world = _world()
    world.hr_sources.text = ""
    request = _imported(world, _staff(1))
    with pytest.raises(Unavailable):
        world.plan(request)


def test_a_large_workforce_is_taken_in_several_runs_and_nobody_is_left_out() -> None:
    world = _world()
    runs = 0

    def clock() -> datetime:
        nonlocal runs
        runs += 1
        return world.now + timedelta(seconds=20 * runs)

    request = _imported(world, _staff(*range(1, 501)))
    importing = ImportPorts(
        sources=world.hr_sources,
        rosters=world.hr.rosters,
        changes=MemoryChanges(world.state),
        inbox=world.inbox,
        clock=clock,
        time_to_run=world.time_to_activate,
    )
    while waiting := [command for command in world.inbox.commands if isinstance(command, ImportWorkforce)]:
        import_workforce(waiting[0], ports=importing)
        world.inbox.commands.remove(waiting[0])
    told = [command for command in world.inbox.commands if isinstance(command, ApplyHrRecord)]
    assert len({command.subject.name for command in told}) == len(told) == 500
    assert _change(world, request).subjects == 500


def test_a_newer_file_between_two_runs_of_an_import_counts_for_whom_the_first_has_reached(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Also where it says what the file before both has said."""
    monkeypatch.setattr(bulk_import, "_PORTION", 1)
    world = _world()
    _imported(world, _staff(1, 2, 3))
    world.settle()
    world.time_to_activate = timedelta(0)
    for people in (_staff(1, 2, title="SRE"), _staff(1, 2, 3)):
        later(world, seconds=10)
        _imported(world, people)
    world.settle()
    found = [person_in(world, f"e-{number}") for number in (1, 2, 3)]
    assert [(person.title, person.status) for person in found if person] == [("", Status.ACTIVE)] * 3


def test_a_crash_before_the_end_repeats_nobody() -> None:
    world = _world()
    request = _imported(world, _staff(1, 2, 3))
    world.plan(request)
    world.rosters.clear()
    world.settle()
    assert _change(world, request).planned == 3
    assert _change(world, request).state is ChangeState.SUCCEEDED


def test_people_survive_being_packed() -> None:
    assert unpacked(packed(_staff(1, 2))) == _staff(1, 2)


# As it is sent


def _csv(text: str | bytes) -> Receiving:
    receiving = Receiving()
    raw = text if isinstance(text, bytes) else text.encode()
    receiving.takes(signed(replace(sample("workforce_csv"), body=raw)))
    return receiving


def _people(receiving: Receiving) -> Mapping[str, Mapping[str, str]]:
    (command,) = receiving.inbox.commands
    assert isinstance(command, ImportWorkforce)
    return unpacked(command.workforce)


@pytest.mark.parametrize(
    "text",
    [
        "id,given_name,family_name\ne-1,Ada,Lovelace\n",
        "id;given_name;family_name\r\ne-1;Ada;Lovelace\r\n",
        "id\tgiven_name\tfamily_name\ne-1\tAda\tLovelace",
        'id,given_name,family_name\n"e-1","Ada","Lovelace"\n',
        "\ufeffid,given_name,family_name\ne-1,Ada,Lovelace\n",
    ],
)
def test_a_file_of_any_spreadsheet_is_read(text: str) -> None:
    assert _people(_csv(text)) == {"e-1": {"given_name": "Ada", "family_name": "Lovelace"}}


@pytest.mark.parametrize(
    ("text", "findings"),
    [
        ("", ("it contains no people: an empty workforce is never imported",)),
        ("id,email\n", ("it contains no people: an empty workforce is never imported",)),
        ("id,email\ne-1,ada@example.com\ne-1,ada@example.com\n", ("row 2: this id is in it before",)),
        (
            "id,email\ne-1,ada\n,b@example.com\n",
            ("row 1: email: not an e-mail address", "row 2: id: id is missing or empty"),
        ),
        ("id,email\ne-1\n", ("line 2: has more or fewer values than there are columns",)),
        ("id,email\ne-1,a@example.com,x\n", ("line 2: has more or fewer values than there are columns",)),
        ("id,id\ne-1,e-2\n", ("id: more than one column is called so",)),
    ],
)
def test_a_file_with_a_mistake_is_refused_as_a_whole(text: str, findings: tuple[str, ...]) -> None:
    with pytest.raises(Invalid) as refused:
        _csv(text)
    assert refused.value.findings == findings


@pytest.mark.parametrize(
    "raw", [b"id,email\n\x81\xfe,x", b"id,email\n\x00,x", "id,email\n\ufffd,x".encode(), b'id,email\n"e-1,x']
)
def test_what_is_not_such_a_file_cannot_be_read(raw: bytes) -> None:
    delivery = replace(sample("workforce_csv"), body=raw)
    receiving = Receiving()
    receiving.sources.text = (
        "version: 1\nsources: {people: {kind: csv, proof: secret, header: x-import-key, senders: [203.0.113.9/32]}}"
    )
    with pytest.raises(Malformed):
        receiving.takes(replace(delivery, headers={"x-import-key": STANDARD_KEY}))


def test_a_column_that_was_asked_for_and_is_not_there_is_a_mistake() -> None:
    receiving = Receiving()
    receiving.sources.text = "version: 1\nsources: {people: {kind: csv, attributes: {department: [Unit, Dept]}}}"
    with pytest.raises(Invalid) as refused:
        receiving.takes(signed(sample("workforce_csv")))
    assert refused.value.findings == ("department: there is no column Unit or Dept",)


@pytest.mark.parametrize("body", [[{"id": "e-1"}], {"people": [{"id": "e-1"}]}])
def test_json_is_a_list_of_people_or_has_one(body: object) -> None:
    receiving = Receiving()
    receiving.takes(with_body(sample("workforce_json"), body))
    assert _people(receiving) == {"e-1": {}}


@pytest.mark.parametrize("body", [{}, {"people": {}}, 7, "text", [7], [], {"people": []}])
def test_other_json_is_refused(body: object) -> None:
    with pytest.raises(Invalid):
        Receiving().takes(with_body(sample("workforce_json"), body))


def test_more_mistakes_than_anybody_reads_are_counted() -> None:
    rows = "".join(f"e-{number},x\n" for number in range(150))
    with pytest.raises(Invalid) as refused:
        _csv(f"id,email\n{rows}")
    assert len(refused.value.findings) == 101
    assert refused.value.findings[-1] == "and 50 more"


def test_more_people_than_a_message_holds_are_refused_before_anything_is_sent() -> None:
    noise = random.Random(7)  # noqa: S311 - what cannot be packed
    people = {f"e-{number}": {"title": f"{noise.getrandbits(800):0200x}"} for number in range(9_000)}
    with pytest.raises(TooLarge, match="9000 people do not fit"):
        packed(people)
