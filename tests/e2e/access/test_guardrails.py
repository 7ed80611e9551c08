"""A policy edit that adds, moves and removes: shown before it happens, held, approved by somebody else, applied."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from sandbox.day_one import expect
from tests.e2e.deployed import policies
from tests.e2e.deployed.day_one import DayOne
from tests.e2e.deployed.people import PERSONAL, somebody
from tests.e2e.deployed.scene import Scene
from tests.e2e.deployed.waiting import eventually

_STRICT = {
    "protect": {"groups": ["break-glass"]},
    "removals": {"percent": 0, "at_least": 3},
    "additions": policies.MANY,
}


def _in_harbour(**more: str) -> dict[str, Any]:
    return {"members": [{"department": "Harbour", **more}]}


def _before(scene: Scene) -> dict[str, Any]:
    assignment = {"group": "Crew", "permission_set": "ViewOnly", "accounts": [{"id": scene.early_account}]}
    return policies.base_with(groups={"Crew": _in_harbour()}, assignments=[assignment])


def _edited(scene: Scene) -> dict[str, Any]:
    """Sailors move from Crew to Deck, which is new, as is what it has; Crew loses what it had."""
    groups = {"Crew": _in_harbour(title="Captain"), "Deck": _in_harbour(title="Sailor")}
    sets = {"Sailing": {"managed_policies": ["ReadOnlyAccess"]}}
    assignment = {"group": "Deck", "permission_set": "Sailing", "accounts": [{"id": scene.early_account}]}
    policy = policies.base_with(groups=groups, permission_sets=sets, assignments=[assignment])
    return {**policy, "guardrails": _STRICT}


@pytest.fixture
def crew(day_one: DayOne, scene: Scene) -> list[dict[str, str]]:
    """A captain and three sailors, all in Crew."""
    day_one.put_in_force(_before(scene))
    people = [somebody("Harbour", title=title) for title in ("Captain", "Sailor", "Sailor", "Sailor")]
    for change in [day_one.tell(person) for person in people]:
        day_one.succeeded(change)
    return people


def _guardrail(day_one: DayOne, policy: Mapping[str, Any]) -> Any:  # noqa: ANN401 - JSON
    body = json.dumps({"policy": policies.text_of(policy).decode()}).encode()
    headers = {"content-type": "application/json"}
    answer = day_one.deployed.api.send("POST", "/v1/plan", body=body, headers=headers)
    return expect(answer, status=200)["guardrail"]


def test_an_edit_is_shown_held_approved_by_somebody_else_and_applied(
    day_one: DayOne, scene: Scene, crew: list[dict[str, str]]
) -> None:
    captain, *sailors = [person["user_name"] for person in crew]
    view, edited, account = day_one.view, _edited(scene), scene.early_account
    assert _guardrail(day_one, edited)["held"] == 4

    change = str(expect(day_one.upload(edited), status=202)["change"])
    held = _held(day_one, change)
    # What it adds is there, and nothing is gone.
    assert (view.members("Deck"), view.members("Crew")) == (set(sailors), {captain, *sailors})
    assert {("Sailing", "Deck"), ("ViewOnly", "Crew")} <= set(view.assignments(account))

    mine = day_one.deployed.api.send("POST", f"/v1/changes/{change}/approve")
    assert (mine.status, mine.json()["type"]) == (403, "tag:dayone,2026:forbidden")
    done = day_one.decided(change, to="approve")
    assert done["change"]["decision"]["actor"].endswith(":user/approver")
    assert {pair["state"] for pair in done["operations"]} == {"succeeded"}
    assert done["change"]["operations"] == held["operations"]
    assert (view.members("Deck"), view.members("Crew")) == (set(sailors), {captain})
    assert ("ViewOnly", "Crew") not in view.assignments(account)
    # The same again is harmless, and the opposite comes too late.
    assert day_one.approver.send("POST", f"/v1/changes/{change}/approve").status == 202
    assert day_one.approver.send("POST", f"/v1/changes/{change}/reject").status == 409

    # The strict guardrail would hold the way back, too: first it goes, then the rest.
    day_one.put_in_force({**edited, "guardrails": policies.BASE["guardrails"]})
    day_one.put_in_force(policies.BASE)


def _held(day_one: DayOne, change: str) -> Any:  # noqa: ANN401 - JSON
    """The change as it waits: it says what, why and how many, and so does the bus."""
    said = day_one.held(change)
    held = said["change"]
    assert (held["held"], held["decision"]) == (4, None)
    assert held["held_reason"].startswith("4 removals")
    assert "the limit is 3 (0 % of" in held["held_reason"]
    kinds = {pair["kind"] for pair in said["operations"] if pair["state"] == "held"}
    assert kinds == {"delete-assignment", "delete-membership"}
    (told,) = eventually(lambda: [record for record in day_one.announcements.of_change(change) if _says_held(record)])
    assert told["detail"]["held_reason"] == held["held_reason"]
    assert not [word for word in PERSONAL if word in json.dumps(told).casefold()]
    return held


def _says_held(event: Mapping[str, Any]) -> bool:
    return bool(event["detail-type"] == "Change Held")


def test_a_change_that_holds_nothing_needs_nobodys_approval(day_one: DayOne) -> None:
    change = day_one.put_in_force(policies.BASE)["change"]["id"]
    answer = day_one.approver.send("POST", f"/v1/changes/{change}/approve")
    assert (answer.status, answer.json()["type"]) == (409, "tag:dayone,2026:invalid-state")


def test_who_wrote_the_rule_does_not_approve_what_hr_takes_by_it(
    day_one: DayOne, scene: Scene, crew: list[dict[str, str]]
) -> None:
    author, sailor = day_one.deployed.api, crew[1]
    day_one.put_in_force({**_before(scene), "guardrails": {"removals": {"percent": 0, "at_least": 0}}})
    change = day_one.tell({**sailor, "department": "Ashore"})
    held = day_one.held(change)["change"]
    assert (held["cause"]["kind"], held["held"]) == ("hr-event", 1)
    # Whoever has lately written the configuration of HR systems, as other tests do, is to blame as well.
    (blame,) = [each for each in held["blame"] if "configuration of HR systems" not in each["reason"]]
    assert (blame["reason"], blame["of_leavers"]) == ("put the part of group Crew in force that gave it", False)
    for way in ("approve", "reject"):
        refused = author.send("POST", f"/v1/changes/{change}/{way}")
        assert (refused.status, refused.json()["type"]) == (403, "tag:dayone,2026:forbidden")
        assert blame["reason"] in refused.json()["detail"]
    day_one.decided(change, to="approve")
    assert sailor["user_name"] not in day_one.view.members("Crew")
    assert day_one.get(f"/v1/changes/{change}")["change"]["blame"] == held["blame"]
    day_one.put_in_force({**_before(scene), "guardrails": policies.BASE["guardrails"]})
    day_one.put_in_force(policies.BASE)
