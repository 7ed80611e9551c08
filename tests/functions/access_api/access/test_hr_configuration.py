"""The configuration of HR systems over the API, and who approves it."""

from dataclasses import replace

from dayone.model.changes import CauseKind
from dayone.model.commands import ApproveHrConfiguration
from dayone.model.hr_sources import DEFAULT, HrVersions, HrVersionState, text_digest
from tests.functions.access_api.state import HELD_HR, HR_AUTHOR, hr_version, remembered
from tests.functions.access_api.world import CALLER, World, load, signed_by


def test_what_counts_and_what_is_held_are_shown_with_the_digest_to_approve() -> None:
    answer = World(remembered()).send("get_hr_configuration")
    in_force, newest = answer.body["in_force"], answer.body["newest"]
    assert (answer.status, in_force["state"], in_force["text"]) == (200, "in-force", DEFAULT)
    assert (newest["state"], newest["reasons"], newest["authors"]) == (
        "held",
        ["source contractors is new"],
        [HR_AUTHOR],
    )
    assert f"/{newest['digest']}/" in load("approve_hr_configuration")["path"]


def test_health_names_one_that_is_held_and_how_it_is_approved() -> None:
    (warning,) = World(remembered()).send("read_health").body["warnings"]
    assert warning == (
        "version 2 of the configuration of HR systems is held and does not count: source contractors is new;"
        f" `dayone hr approve {text_digest(HELD_HR)}`"
    )


def test_health_names_the_mistakes_of_one_that_has_some_and_nothing_of_one_that_counts() -> None:
    world = World(remembered())
    mistaken = replace(hr_version(2, "x"), state=HrVersionState.INVALID, reasons=("hr.yaml:1:1: it is no mapping",))
    world.state.hr_versions = replace(world.state.hr_versions, newest=mistaken)
    (warning,) = world.send("read_health").body["warnings"]
    assert warning.endswith("is invalid and does not count: hr.yaml:1:1: it is no mapping")
    world.state.hr_versions = replace(world.state.hr_versions, newest=world.state.hr_versions.in_force)
    assert world.send("read_health").body["warnings"] == []


def test_before_the_first_sweep_there_is_none() -> None:
    assert World().send("get_hr_configuration").body == {"in_force": None, "newest": None}


def test_an_approval_is_put_on_the_inbox_and_leads_to_a_change() -> None:
    world = World(remembered())
    answer = world.send("approve_hr_configuration")
    (command,) = world.inbox.commands
    assert isinstance(command, ApproveHrConfiguration)
    assert (command.digest, command.cause.kind) == (text_digest(HELD_HR), CauseKind.HR_CONFIGURATION)
    assert command.cause.actor == CALLER
    assert (answer.status, answer.body["change"]) == (202, command.cause.change)
    assert command.cause.change in world.state.changes


def test_whoever_has_written_it_is_refused() -> None:
    world = World(remembered())
    answer = world.send(signed_by(load("approve_hr_configuration"), HR_AUTHOR))
    assert (answer.status, world.inbox.commands) == (403, [])


def test_what_counts_already_or_is_not_the_newest_cannot_be_approved() -> None:
    world = World(remembered())
    world.state.hr_versions = HrVersions(in_force=(held := hr_version(2, HELD_HR)), newest=held)
    assert world.send("approve_hr_configuration").status == 409
    world.state.hr_versions = HrVersions()
    assert world.send("approve_hr_configuration").status == 404
    assert world.inbox.commands == []


def test_who_does_not_sign_cannot_approve() -> None:
    event = load("approve_hr_configuration")
    event["requestContext"]["identity"]["userArn"] = None
    assert World(remembered()).send(event).status == 401
