"""Assignments of an account follow its place, whatever events arrive, however often."""

import json
from functools import partial
from typing import Any

from tests.e2e.deployed.day_one import DayOne
from tests.e2e.deployed.waiting import becomes, eventually

HAS_ACCESS = [("ViewOnly", "Engineers")]


def account_in(day_one: DayOne, name: str, *path: str) -> str:
    account = day_one.organisation.make_account(name)
    day_one.organisation.move(account, path=path)
    return account


def put_event(day_one: DayOne, name: str, **detail: Any) -> str:  # noqa: ANN401 - whatever CloudTrail writes
    """An event of Organizations as only AWS may send it; returns the id EventBridge gave it."""
    said = day_one.sandbox.client("events").put_events(
        Entries=[
            {
                "Source": "aws.organizations",
                "DetailType": "AWS API Call via CloudTrail",
                "Detail": json.dumps({"eventName": name, "eventSource": "organizations.amazonaws.com", **detail}),
            }
        ]
    )
    assert said["FailedEntryCount"] == 0
    return str(said["Entries"][0]["EventId"])


def recorded(day_one: DayOne, reference: str) -> Any:  # noqa: ANN401 - JSON
    """The one change that an event led to, when it is over."""
    (change,) = eventually(lambda: day_one.changes(reference=reference))
    return day_one.succeeded(change["id"])


def settled(day_one: DayOne, account: str) -> bool:
    return becomes(lambda: day_one.get(f"/v1/accounts/{account}")["head"]["outstanding"], 0)


def held_by(day_one: DayOne, account: str) -> str:
    """The change that holds a removal of this account."""
    (held,) = eventually(lambda: day_one.get(f"/v1/accounts/{account}")["head"]["held"])
    return str(day_one.held(held["change"])["change"]["id"])


def test_an_account_that_leaves_the_unit_loses_its_last_assignment_by_approval_and_gets_it_back_with_the_place(
    day_one: DayOne,
) -> None:
    account = account_in(day_one, "wanderer", "Workloads", "Prod")
    assert becomes(lambda: day_one.view.assignments(account), HAS_ACCESS)
    assert settled(day_one, account)
    day_one.organisation.move(account, path=("Attic",))
    change = held_by(day_one, account)
    assert day_one.view.assignments(account) == HAS_ACCESS
    day_one.decided(change, to="approve")
    assert day_one.view.assignments(account) == []
    assert settled(day_one, account)
    assert day_one.get(f"/v1/accounts/{account}")["fact"]["ou_path"] == "/Attic"
    assert day_one.get(f"/v1/accounts/{account}/access")["groups"] == []
    day_one.organisation.move(account, path=("Workloads",))
    assert becomes(lambda: day_one.view.assignments(account), HAS_ACCESS)


def test_what_was_rejected_stays_whatever_else_is_heard_of_the_account(day_one: DayOne) -> None:
    account = account_in(day_one, "missed", "Workloads", "Prod")
    assert becomes(lambda: day_one.view.assignments(account), HAS_ACCESS)
    assert settled(day_one, account)
    day_one.organisation.move(account, path=("Attic",))
    change = held_by(day_one, account)
    day_one.decided(change, to="reject")
    again = recorded(day_one, put_event(day_one, "MoveAccount", requestParameters={"accountId": account}))
    assert again["notes"] == [f"kept, since its removal was rejected in change {change}: assignment/ViewOnly/Engineers"]
    assert day_one.view.assignments(account) == HAS_ACCESS
    day_one.organisation.move(account, path=("Workloads",))
    assert becomes(lambda: day_one.get(f"/v1/accounts/{account}")["head"]["held"], [])


def test_six_more_events_about_an_account_lead_to_one_set_of_assignments(day_one: DayOne) -> None:
    account = account_in(day_one, "talked-about", "Workloads", "Prod")
    day_one.organisation.tag(account, env="prod")
    events = [put_event(day_one, "MoveAccount", requestParameters={"accountId": account}) for _ in range(3)]
    events += [put_event(day_one, "TagResource", requestParameters={"resourceId": account}) for _ in range(2)]
    done = [recorded(day_one, event) for event in events]
    assert becomes(lambda: day_one.view.assignments(account), HAS_ACCESS)
    assert settled(day_one, account)
    assert len(day_one.view.assignment_requests(account)) == 1
    assert sum(pair["change"]["operations"] for pair in done) <= 1
    assert day_one.get(f"/v1/accounts/{account}")["fact"]["tags"] == {"env": "prod"}


def _path_of(day_one: DayOne, account: str) -> str:
    """Return its recorded path, empty while it is not recorded."""
    path = f"/v1/accounts/{account}"
    return str(day_one.get(path)["fact"]["ou_path"]) if day_one.knows(path) else ""


def _account_events_of(day_one: DayOne, *, subjects: int) -> list[dict[str, Any]]:
    listed = day_one.get("/v1/changes?limit=100")["changes"]
    return [pair for pair in listed if (pair["subjects"], pair["cause"]["kind"]) == (subjects, "account-event")]


def test_every_account_below_a_unit_that_is_renamed_is_looked_at_again(day_one: DayOne) -> None:
    accounts = [account_in(day_one, f"renamed-{number}", "Elsewhere", "Prod") for number in (1, 2)]
    other = account_in(day_one, "renamed-3", "Attic")
    for account, path in (*((account, "/Elsewhere/Prod") for account in accounts), (other, "/Attic")):
        assert becomes(partial(_path_of, day_one, account), path)
        assert day_one.view.assignments(account) == []
    day_one.organisation.rename_unit(("Elsewhere",), name="Workloads-2")
    assert all(becomes(partial(_path_of, day_one, account), "/Workloads-2/Prod") for account in accounts)
    # An account has its new path before the plan that follows from it counts.
    (change,) = eventually(lambda: _account_events_of(day_one, subjects=2))
    assert (change["cause"]["actor"], day_one.succeeded(change["id"])["change"]["operations"]) == (
        "aws.organizations",
        0,
    )


def test_an_account_that_was_invited_has_access_when_it_has_accepted_and_is_gone_when_it_leaves(
    day_one: DayOne,
) -> None:
    account = "777788889999"
    day_one.organisation.accept(day_one.organisation.invite(account), account_id=account)
    day_one.organisation.move(account, path=("Workloads", "Prod"))
    assert becomes(lambda: day_one.view.assignments(account), HAS_ACCESS)
    assert settled(day_one, account)
    day_one.organisation.leave(account)
    # At once: what fails comes back from the inbox only after minutes.
    assert becomes(lambda: day_one.get(f"/v1/accounts/{account}")["fact"]["state"], "DEPARTED")


def test_a_call_that_aws_refused_does_nothing(day_one: DayOne) -> None:
    account = account_in(day_one, "untouched", "Attic")
    assert eventually(lambda: day_one.knows(f"/v1/accounts/{account}"))
    wanted = {"accountId": account}
    refused = put_event(day_one, "MoveAccount", errorCode="AccessDenied", requestParameters=wanted)
    # What comes after it has gone all the way, so it has had its time.
    recorded(day_one, put_event(day_one, "MoveAccount", requestParameters=wanted))
    assert day_one.changes(reference=refused) == []
    assert day_one.waiting("AccountEventsDeadLetters") == 0


def test_an_event_that_names_no_account_waits_among_the_dead_letters_and_the_log_says_so(day_one: DayOne) -> None:
    event = put_event(day_one, "MoveAccount", requestParameters={"destination": "nowhere"})
    assert becomes(lambda: day_one.waiting("AccountEventsDeadLetters"), 1)
    (line,) = eventually(
        lambda: [record for record in day_one.log("record_account_event") if event in record.get("reason", "")]
    )
    assert (line["level"], line["reason"]) == ("WARNING", f"MoveAccount {event} names no account")
    sqs, where = day_one.sandbox.client("sqs"), day_one.queue_url("AccountEventsDeadLetters")
    (letter,) = sqs.receive_message(QueueUrl=where, MessageAttributeNames=["All"])["Messages"]
    assert json.loads(letter["Body"])["id"] == event
    sqs.delete_message(QueueUrl=where, ReceiptHandle=letter["ReceiptHandle"])
    assert day_one.changes(reference=event) == []


def test_tags_on_a_unit_are_no_business_of_any_account(day_one: DayOne) -> None:
    unit = day_one.organisation.unit(("Attic",))
    event = put_event(day_one, "TagResource", requestParameters={"resourceId": unit, "tags": []})
    why = "it is not about an account"
    (line,) = eventually(
        lambda: [record for record in day_one.log("record_account_event") if record.get("reason") == why]
    )
    assert (line["level"], line["event"], line["account"]) == ("INFO", "TagResource", "")
    assert day_one.changes(reference=event) == []
    assert day_one.waiting("AccountEventsDeadLetters") == 0
