"""The inventory over the API: what it has found, as of when, and what it costs."""

import json
from datetime import timedelta

import pytest

from dayone.inventory.repairs import EDITS_ARE_KNOWN
from dayone.model.changes import Cause, CauseKind, ulid_of
from dayone.model.commands import ActivatePolicy, PauseRepairs, RestoreResources
from dayone.model.inventory import Counts, Deviation, DriftFinding, DriftKind, Pass, ReadMethod
from dayone.model.recovery import TableIdentity
from dayone.model.subjects import THE_POLICY, Resource, ResourceKind, ResourceOf
from dayone.ops.health import check_health
from dayone.policy.language.parser import read_policy
from tests.builders import NOON, a_person, the_person
from tests.fakes.sso.directory import MemoryDirectory
from tests.fakes.sso.identity_center import StoredGroup
from tests.fakes.state_tables import MemoryFence, MemoryOutsideIdentity
from tests.functions.access_api.world import Event, World, asking, load
from tests.unit.previews import api_of
from tests.unit.world import World as DayOne


@pytest.fixture
def day_one() -> DayOne:
    made = DayOne()
    made.hr_tells(a_person())
    _policy_is(made)
    made.center.groups["group-x"] = StoredGroup("Contractors", "")
    made.take_inventory()
    return made


def _policy_is(day_one: DayOne, drift: str = "") -> None:
    """Somebody uploads it as it is written, for the API to read."""
    text = f"version: 1\ngroups: {{engineers: {{members: [{{department: Engineering}}]}}}}\n{drift}"
    change = ulid_of(day_one.now, name=text)
    kept = day_one.archive().add(text, file="policy.yaml", actor="arn:admin", at=day_one.now, change=change)
    day_one.policies[text] = read_policy({"policy.yaml": text}, version=kept.version)
    cause = Cause(change=change, kind=CauseKind.POLICY, actor="arn:admin", reference="upload", at=day_one.now)
    day_one.inbox.put([ActivatePolicy(subject=THE_POLICY, cause=cause, version=kept.version)])
    day_one.settle()


def _api(day_one: DayOne) -> World:
    return World(day_one.state, inventory=day_one.inventory, now=day_one.now)


def _reading(finding: str) -> Event:
    event = load("read_finding")
    path = event["path"].rpartition("/")[0]
    return {**event, "path": f"{path}/{finding}", "pathParameters": {"proxy": f"drift/{finding}"}}


def test_before_the_first_inventory_nothing_is_said_of_aws() -> None:
    world = World()
    times = {"as_of": None, "events_at": None}
    assert world.send(asking("read_inventory")).body == {**times, "current": None, "drift": {}, "baseline": 0}
    assert world.send(asking("list_drift")).body == {**times, "paused": None, "drift": [], "names": {}, "cursor": ""}


def test_what_was_there_before_the_first_inventory_is_its_baseline(day_one: DayOne) -> None:
    (finding,) = _api(day_one).send(asking("list_drift")).body["drift"]
    assert finding["kind"] == "unmanaged"
    assert (finding["subject"], finding["resource"]) == ("group:Contractors", "group")
    assert finding["ids"] == {"group_id": "group-x"}
    assert finding["baseline"]
    body = _api(day_one).send(asking("read_inventory")).body
    assert (body["drift"], body["baseline"]) == ({"unmanaged": 1}, 1)
    assert body["as_of"] == body["current"]["finished_at"]
    assert body["events_at"] == day_one.now.isoformat()


def test_what_the_last_inventory_has_read_is_listed_section_by_section(day_one: DayOne) -> None:
    group_id = _engineers(day_one)
    body = _api(day_one).send(asking("list_read_resources", section="groups")).body
    assert [entry["ids"]["group_id"] for entry in body["resources"]] == sorted([group_id, "group-x"])
    current = _api(day_one).send(asking("read_inventory")).body
    assert (body["inventory"], body["as_of"]) == (current["current"]["id"], current["as_of"])
    (member,) = _api(day_one).send(asking("list_read_resources", section="memberships")).body["resources"]
    (user,) = _api(day_one).send(asking("list_read_resources", section="users")).body["resources"]
    assert member == {
        "resource": "membership",
        "attributes": {},
        "ids": {"group_id": group_id, "user_id": user["ids"]["user_id"]},
    }
    assert user["attributes"]["user_name"] == "e-1@example.com"


def test_nothing_is_listed_of_an_inventory_that_is_none_another_one_or_too_old(day_one: DayOne) -> None:
    assert World().send(asking("list_read_resources", section="groups")).status == 404
    first = day_one.inventory.complete()
    assert first is not None
    assert _api(day_one).send(asking("list_read_resources", section="groups", inventory=first.id)).status == 200
    day_one.take_inventory()
    assert _api(day_one).send(asking("list_read_resources", section="groups", inventory=first.id)).status == 409
    assert _api(day_one).send(asking("list_read_resources", section="comparison")).status == 400
    day_one.now += timedelta(days=8)
    assert _api(day_one).send(asking("list_read_resources", section="groups")).status == 409


def test_a_later_finding_says_since_when_and_goes_with_its_reason(day_one: DayOne) -> None:
    group_id = _engineers(day_one)
    day_one.center.groups[group_id].name = "Engineers of the past"
    day_one.take_inventory()
    first = day_one.now
    day_one.take_inventory()
    (finding,) = _api(day_one).send(asking("list_drift", kind="changed")).body["drift"]
    assert finding["changes"] == [{"attribute": "name", "recorded": "engineers", "actual": "Engineers of the past"}]
    assert finding["first_seen_at"] == first.isoformat() < finding["seen_at"]
    assert not finding["baseline"]
    assert _api(day_one).send(_reading(finding["id"])).body == finding
    for subject, found in (("group:engineers", [finding]), ("person:e-1", [])):
        assert _api(day_one).send(asking("list_drift", subject=subject)).body["drift"] == found
    day_one.center.groups[group_id].name = "engineers"
    day_one.take_inventory()
    assert _api(day_one).send(_reading(finding["id"])).status == 404


def test_the_plan_names_each_method_of_reading_and_what_the_chosen_one_cannot_see(day_one: DayOne) -> None:
    current = _api(day_one).send(asking("read_inventory")).body["current"]
    calls = {method["method"]: method["calls"] for method in current["methods"]}
    assert calls.keys() == {"by-principal", "by-account", "by-permission-set"}
    assert calls[current["method"]] == min(calls.values())
    assert any("IAM users" in text for text in current["unseen"])


def test_a_part_that_cannot_be_read_is_named_and_nothing_is_missing_for_it(day_one: DayOne) -> None:
    complete = _api(day_one).send(asking("read_inventory")).body["as_of"]
    group_id = _engineers(day_one)
    listed = dict(day_one.center.groups)

    def around(name: str, port: object) -> object:
        if name != "reader":
            return port
        read_users = port.users  # type: ignore[attr-defined]

        def users(*, cursor: str) -> object:
            day_one.center.groups.pop(group_id, None)
            return read_users(cursor=cursor)

        port.users = users  # type: ignore[attr-defined]
        return port

    day_one.around = around
    day_one.take_inventory()
    day_one.center.groups = listed
    body = _api(day_one).send(asking("read_inventory")).body
    assert [unread["part"] for unread in body["current"]["unread"]] == [f"memberships {group_id}"]
    assert body["as_of"] == complete
    assert body["drift"] == {"unmanaged": 1}


def test_the_status_names_what_differs_and_as_of_when_but_not_the_baseline(day_one: DayOne) -> None:
    assert not [text for text in check_health(api_of(day_one)).warnings if "differs" in text]
    MemoryDirectory(day_one.center).delete_group(_engineers(day_one))
    day_one.take_inventory()
    (warning,) = [text for text in check_health(api_of(day_one)).warnings if "differs" in text]
    assert "1 missing" in warning
    assert f"{day_one.now:%Y-%m-%d %H:%M} UTC" in warning


def _engineers(day_one: DayOne) -> str:
    return next(name for name, group in day_one.center.groups.items() if group.name == "engineers")


def test_what_others_have_changed_is_read_as_lines_of_the_policy(day_one: DayOne) -> None:
    day_one.center.groups[_engineers(day_one)].description = "They build"
    day_one.take_inventory()
    (finding,) = _api(day_one).send(asking("list_drift", kind="changed")).body["drift"]
    event, lines = load("read_drift_policy"), "version: 1\ngroups:\n  engineers:\n    description: They build\n"
    name = f"drift/{finding['id']}/policy"
    answer = _api(day_one).send({**event, "path": f"/v1/{name}", "pathParameters": {"proxy": name}})
    assert (answer.status, answer.body) == (200, {"policy": lines, "obstacles": []})
    assert _api(day_one).send(event).status == 404


def test_what_is_done_without_a_request_stands_beside_the_finding(day_one: DayOne) -> None:
    _policy_is(day_one, "drift: {changed: repair}\n")
    day_one.center.groups[_engineers(day_one)].name = "Engineers of the past"
    day_one.take_inventory()
    (finding,) = _api(day_one).send(asking("list_drift", kind="changed")).body["drift"]
    assert (finding["repair"]["state"], finding["repair"]["change"]) == ("held", "")
    assert finding["repair"]["until"] == (day_one.now + EDITS_ARE_KNOWN).isoformat()
    _policy_is(day_one)
    assert _api(day_one).send(_reading(finding["id"])).body["repair"] is None


def test_a_pause_is_asked_for_and_shown_until_it_is_over(day_one: DayOne) -> None:
    world = _api(day_one)
    until = (day_one.now + timedelta(hours=2)).isoformat()
    event = load("pause_drift_repairs")
    answer = world.send({**event, "body": json.dumps({"until": until, "reason": "an exercise"})})
    assert answer.status == 202
    (command,) = world.inbox.of(PauseRepairs)
    assert (command.until.isoformat(), command.reason, command.cause.change) == (
        until,
        "an exercise",
        answer.body["change"],
    )
    day_one.plan(command)
    paused = _api(day_one).send(asking("list_drift")).body["paused"]
    assert (paused["until"], paused["reason"], paused["actor"]) == (until, "an exercise", command.cause.actor)
    world = _api(day_one)
    assert world.send(load("resume_drift_repairs")).status == 202
    (command,) = world.inbox.of(PauseRepairs)
    day_one.plan(command)
    assert _api(day_one).send(asking("list_drift")).body["paused"] is None


@pytest.mark.parametrize("body", ["{}", '{"until": "2026-01-01T00:00:00Z", "reason": "over"}', '{"until": 1}'])
def test_a_pause_without_a_time_in_the_future_is_refused(day_one: DayOne, body: str) -> None:
    assert _api(day_one).send({**load("pause_drift_repairs"), "body": body}).status in (400, 422)


def test_a_subject_is_reconciled_as_it_is_called(day_one: DayOne) -> None:
    world, event = _api(day_one), load("reconcile_subject")
    assert world.send(event).status == 202
    (command,) = world.inbox.of(RestoreResources)
    assert str(command.subject) == command.cause.reference == "group:engineers"
    day_one.plan(command)
    assert day_one.inventory.looks() == [command.subject]


@pytest.mark.parametrize(
    ("body", "status"),
    [("{}", 400), ('{"subject": "engineers"}', 400), ('{"subject": "group:x"}', 404), ('{"subject": "policy:1"}', 422)],
)
def test_what_cannot_be_reconciled_is_refused(day_one: DayOne, body: str, status: int) -> None:
    assert _api(day_one).send({**load("reconcile_subject"), "body": body}).status == status


_MEMBERSHIP = Resource(ResourceKind.MEMBERSHIP, "engineers")


def test_while_a_recovery_is_open_nothing_is_repaired_without_a_request(day_one: DayOne) -> None:
    _policy_is(day_one, "drift: {changed: repair}\n")
    day_one.center.groups[_engineers(day_one)].name = "Engineers of the past"
    day_one.take_inventory()
    world = _api(day_one)
    world.outside.identity = TableIdentity(table_id="another")
    (finding,) = world.send(asking("list_drift", kind="changed")).body["drift"]
    assert finding["repair"]["state"] == "held"
    assert "dayone recover --check" in finding["repair"]["reason"]


@pytest.fixture
def recovering() -> World:
    """A table other than the one that stands outside, since noon."""
    world = World(outside=MemoryOutsideIdentity(TableIdentity(table_id="another")), now=NOON + timedelta(hours=1))
    MemoryFence(world.state, world.outside).begin(at=NOON)
    return world


def _is_read(recovering: World) -> None:
    """Identity Center was read since, and has two members of a group of ours who are not recorded."""
    began = NOON + timedelta(minutes=1)
    over = NOON + timedelta(minutes=9)
    read = Pass(id="01", began_at=began, method=ReadMethod.BY_ACCOUNT, costs=(), counts=Counts(), finished_at=over)
    recovering.inventory.newest = recovering.inventory.last_complete = read
    ids = {"group_id": "g-1", "user_id": "u-1"}
    known = Deviation(
        kind=DriftKind.UNMANAGED,
        subject="person:e-1",
        resource=str(_MEMBERSHIP),
        ids=ids,
        target=ResourceOf(the_person("e-1"), _MEMBERSHIP),
    )
    unknown = Deviation(
        kind=DriftKind.UNMANAGED, subject="user:ann", resource=str(_MEMBERSHIP), ids={**ids, "user_id": "2"}
    )
    recovering.inventory.put(
        DriftFinding(difference=each, first_seen_at=over, seen_at=over) for each in (known, unknown)
    )


def test_without_one_there_is_nothing_to_rebuild() -> None:
    world = World()
    assert not world.send(load("read_recovery")).body["is_open"]
    refused = world.send(load("recover_record"))
    assert refused.status == 409
    assert "nothing to recover" in refused.body["detail"]


def test_before_identity_center_was_read_it_cannot_be_ended(recovering: World) -> None:
    body = recovering.send(load("read_recovery")).body
    assert (body["is_open"], body["since"], body["as_of"]) == (True, NOON.isoformat(), None)
    refused = recovering.send(load("recover_record"))
    assert refused.status == 409
    assert "dayone inventory show" in refused.body["detail"]


def test_what_the_record_lacks_is_counted_and_whom_it_does_not_know_is_named(recovering: World) -> None:
    _is_read(recovering)
    body = recovering.send(load("read_recovery")).body
    assert body["differences"] == {"unmanaged": 1}
    (unknown,) = body["unknown"]
    assert (unknown["user"], unknown["group"]) == ("user:ann", "engineers")
    accepted = recovering.send(load("recover_record"))
    assert accepted.status == 202
    (command,) = recovering.inbox.commands
    assert command.cause.change == accepted.body["change"]


def test_the_status_names_it_first(recovering: World) -> None:
    assert "dayone recover" in check_health(recovering.ports()).warnings[0]
    first = recovering.send("read_status").body["needs"][0]
    assert (first["kind"], first["command"]) == ("recovery", "dayone recover --check")
