"""Deciding on a change and ending a person's access show what it is about, and ask before anything is sent."""

from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from tests.unit.cli.test_cli_requests import TAKEN, over
from tests.unit.cli_api import AT, Answered, CliApi, running
from tests.unit.cli_runs import dayone

_APPROVE, _REJECT, _END = ("changes", "approve", "01A"), ("changes", "reject", "01A"), ("people", "end", "e-1")
_LEFT = [{"rule": "policy.yaml:7", "reason": "the person's department is `Sales`"}]


@pytest.fixture
def api() -> Iterator[CliApi]:
    with running() as cli_api:
        yield cli_api


def operation(number: int, state: str = "held") -> dict[str, Any]:
    return {
        "state": state,
        "kind": "delete-membership",
        "subject": f"person:e-{number}",
        "resource": "membership/engineers",
        "failure_reason": "",
        "waiting_for": "",
        "reasons": _LEFT,
    }


def person(number: int, name: str) -> dict[str, Any]:
    return {"id": f"e-{number}", "fact": {"display_name": name} if name else None}


def held(*parts: Sequence[dict[str, Any]], number: int) -> list[dict[str, Any]]:
    """A change in several parts of the list of its operations."""
    cursors = [str(part) for part in range(1, len(parts))] + [""]
    answer = {**over("01A", "held", operations=1000, held=number), "held_explanation": ["It waits: too many."]}
    return [{**answer, "operations": part, "cursor": cursor} for part, cursor in zip(parts, cursors, strict=True)]


def group(name: str, *accounts: str, cursor: str = "") -> dict[str, Any]:
    assignments = [
        {"account": account, "permission_set": "ViewOnly", "confirmed": {"reasons": _LEFT}} for account in accounts
    ]
    return {"group": name, "membership": {"reasons": _LEFT}, "assignments": assignments, "cursor": cursor}


def writes(api: CliApi) -> list[str]:
    return [entry.path for entry in api.asked if entry.method != "GET"]


def ready(api: CliApi) -> None:
    """Both commands could be carried out."""
    api.tell("GET /v1/changes/01A", *held([operation(1)], number=1), over("01A", succeeded=1))
    for verb in ("approve", "reject"):
        api.tell(f"POST /v1/changes/01A/{verb}", Answered(status=202, body=TAKEN))
    api.tell("GET /v1/people/e-1", person(1, "Alice Ferrari"))
    api.tell("GET /v1/people/e-1/access", {"person": "e-1", "groups": [group("engineers", "111122223333")]})
    api.tell("POST /v1/people/e-1/end", Answered(status=202, body=TAKEN))


class TestLeavers:
    """`changes approve --leavers` sends an approval of what leavers would lose for each held change, and of no more."""

    @pytest.fixture
    def api(self, api: CliApi) -> CliApi:
        api.tell("GET /v1/changes", {"changes": [{"id": "01A"}, {"id": "01B"}], "cursor": ""})
        api.tell("POST /v1/changes/01A/approve", Answered(status=202, body=TAKEN))
        api.tell("POST /v1/changes/01B/approve", Answered(status=202, body=TAKEN))
        return api

    def test_all_that_are_held(self, api: CliApi) -> None:
        ended = dayone("changes", "approve", "--leavers", "--yes", api=api.url)
        assert ended.code == 0, ended.err
        sent = [(entry.path, entry.query) for entry in api.asked if entry.method == "POST"]
        assert sent == [(f"/v1/changes/{name}/approve", {"only": "leavers"}) for name in ("01A", "01B")]
        assert [entry.query["state"] for entry in api.asked if entry.method == "GET"] == ["held"]

    def test_or_one(self, api: CliApi) -> None:
        assert dayone("changes", "approve", "01B", "--leavers", "--yes", api=api.url).code == 0
        assert [(entry.path, entry.query) for entry in api.asked] == [("/v1/changes/01B/approve", {"only": "leavers"})]

    def test_what_the_caller_caused_is_left_and_the_others_go(self, api: CliApi) -> None:
        problem = {"type": "tag:dayone,2026:forbidden", "title": "Forbidden", "status": 403, "detail": "caused by you"}
        api.tell("POST /v1/changes/01A/approve", Answered(status=403, body=problem))
        ended = dayone("changes", "approve", "--leavers", "--yes", api=api.url)
        assert (ended.code, len(writes(api))) == (1, 2)
        assert "caused by you" in ended.out

    def test_what_the_next_one_would_hit_as_well_ends_it_at_once(self, api: CliApi) -> None:
        """API Gateway itself refuses whoever may not call it, and not for one change."""
        refusal = {"message": "User: arn:aws:iam::111122223333:user/eve is not authorized to perform: execute-api"}
        api.tell("POST /v1/changes/01A/approve", Answered(status=403, body=refusal))
        ended = dayone("changes", "approve", "--leavers", "--yes", api=api.url)
        assert (ended.code, len(writes(api))) == (5, 1)
        assert "not authorized" in ended.err

    def test_nothing_is_sent_without_a_yes(self, api: CliApi) -> None:
        ended = dayone("changes", "approve", "--leavers", api=api.url, stdin="n\n")
        assert (ended.code, writes(api)) == (1, [])
        assert "in 2 held changes?" in ended.err

    def test_without_it_a_change_has_to_be_named(self, api: CliApi) -> None:
        assert dayone("changes", "approve", "--yes", api=api.url).code == 2
        assert api.asked == []


@pytest.mark.parametrize("words", [_APPROVE, _REJECT, _END], ids=" ".join)
@pytest.mark.parametrize("answer", ["", "\n", "n\n", "no\n"], ids=["nobody there", "default", "n", "no"])
def test_without_a_yes_nothing_is_sent(api: CliApi, words: tuple[str, ...], answer: str) -> None:
    ready(api)
    ended = dayone(*words, api=api.url, stdin=answer)
    assert (ended.code, writes(api)) == (1, [])
    assert "Nothing was changed: it was not confirmed; add --yes" in ended.err


@pytest.mark.parametrize("words", [_APPROVE, _REJECT, _END], ids=" ".join)
def test_with_a_yes_it_is_sent_once(api: CliApi, words: tuple[str, ...]) -> None:
    ready(api)
    ended = dayone(*words, "--no-watch", api=api.url, stdin="y\n")
    assert (ended.code, len(writes(api)), "[y/N]" in ended.err) == (0, 1, True), ended


@pytest.mark.parametrize("words", [_APPROVE, _REJECT, _END], ids=" ".join)
@pytest.mark.parametrize("option", ["--yes", "-y"])
def test_the_option_shows_the_same_and_does_not_ask(api: CliApi, words: tuple[str, ...], option: str) -> None:
    ready(api)
    asked = dayone(*words, "--no-watch", api=api.url, stdin="y\n")
    ready(api)
    ended = dayone(*words, option, "--no-watch", api=api.url)
    assert (ended.code, "[y/N]" in ended.err) == (0, False)
    assert asked.err.startswith(ended.err)


def test_a_rejection_shows_what_is_not_carried_out(api: CliApi) -> None:
    ready(api)
    shown = dayone(*_REJECT, api=api.url, stdin="n\n").err.splitlines()
    why = "the person's department is `Sales` (policy.yaml:7)"
    assert shown[2:4] == [
        "Rejecting it drops 1 held operation, so that nothing of this is given or taken away:",
        f"  - delete-membership person:e-1 (Alice Ferrari) membership/engineers: {why}",
    ]


def test_held_removals_are_shown_with_names_and_reasons(api: CliApi) -> None:
    operations = [operation(1), operation(2, "succeeded"), operation(3), operation(4)]
    api.tell("GET /v1/changes/01A", *held(operations, number=3))
    api.tell("GET /v1/people/e-1", person(1, "Alice Ferrari"))
    api.tell("GET /v1/people/e-3", person(3, ""))
    why = "the person's department is `Sales` (policy.yaml:7)"
    assert dayone(*_APPROVE, api=api.url).err.splitlines()[:6] == [
        "Change 01A was caused by policy version 1 of ada, 2026-11-23 08:00:00Z.",
        "It waits: too many.",
        "Approving it carries out 3 held operations:",
        f"  - delete-membership person:e-1 (Alice Ferrari) membership/engineers: {why}",
        f"  - delete-membership person:e-3 membership/engineers: {why}",
        # No such person, or not for this caller: a name is no reason to stop.
        f"  - delete-membership person:e-4 membership/engineers: {why}",
    ]


def test_what_a_change_holds_is_shown_with_names(api: CliApi) -> None:
    alone = {**operation(2), "subject": "account:444455556666", "resource": "assignment/Admin/person:e-2"}
    (seen,) = held([operation(1), operation(3, "succeeded"), alone], number=2)
    notes = ["person:e-1: held for approval: too many", "person:e-3: as before"]
    api.tell("GET /v1/changes/01A", {**seen, "notes": notes})
    for number, name in enumerate(("Alice Ferrari", "Bo Lind", "Cy Roe"), start=1):
        api.tell(f"GET /v1/people/e-{number}", person(number, name))
    ended = dayone("changes", "show", "01A", api=api.url).out
    # A table breaks its cells.
    shown = " ".join(ended.split())
    assert "Note: person:e-1 (Alice Ferrari): held for approval: too many" in shown
    assert "Note: person:e-3: as before" in shown
    assert "Bo Lind" in shown
    assert "Cy Roe" not in shown


def test_of_many_held_removals_the_first_twenty_are_shown_from_as_many_parts_as_it_takes(api: CliApi) -> None:
    done = [operation(number, "succeeded") for number in range(100)]
    parts = (done, [operation(number) for number in range(15)], [operation(number) for number in range(50)])
    api.tell("GET /v1/changes/01A", *held(*parts, number=65))
    shown = [line for line in dayone(*_APPROVE, api=api.url).err.splitlines() if line.startswith("  ")]
    assert (len(shown), shown[-1]) == (21, "  … and 45 more")


def test_a_change_that_holds_nothing_is_said_to(api: CliApi) -> None:
    api.tell("GET /v1/changes/01A", over("01A", "running"))
    assert dayone(*_APPROVE, api=api.url).err.startswith("Change 01A is running and holds nothing.\n")


def test_access_that_ends_is_shown_with_the_name_and_reasons(api: CliApi) -> None:
    api.tell("GET /v1/people/e-1", person(1, "Alice Ferrari"))
    groups = [group("engineers", "111122223333"), group("person:e-1", "444455556666"), group("empty")]
    api.tell("GET /v1/people/e-1/access", {"person": "e-1", "groups": groups})
    why = "the person's department is `Sales` (policy.yaml:7)"
    assert dayone(*_END, "--at-once", api=api.url).err.splitlines()[:6] == [
        "e-1 (Alice Ferrari) loses:",
        f"  - membership in engineers: {why}",
        f"  - ViewOnly in 111122223333, through engineers: {why}",
        f"  - ViewOnly in 444455556666, assigned directly: {why}",
        f"  - membership in empty: {why}",
        "Revoke the access of e-1 now? [y/N]:",
    ]


def test_of_much_access_the_first_twenty_are_shown(api: CliApi) -> None:
    api.tell("GET /v1/people/e-1", person(1, ""))
    accounts = [str(number) for number in range(100)]
    api.tell("GET /v1/people/e-1/access", {"person": "e-1", "groups": [group("engineers", *accounts, cursor="next")]})
    shown = [line for line in dayone(*_END, api=api.url).err.splitlines() if line.startswith("  ")]
    assert shown[-2:] == [
        "  … and 81 more",
        "  … and more than one answer of the API holds: see `dayone access report --person e-1`",
    ]
    assert len(shown) == 22


@pytest.mark.parametrize(
    ("options", "when"),
    [
        ((), "at the end of today, in their time zone"),
        (("--on", "2026-12-31"), "at the end of 2026-12-31, in their time zone"),
        (("--at-once",), "now"),
    ],
)
def test_the_question_says_when_access_ends(api: CliApi, options: tuple[str, ...], when: str) -> None:
    ready(api)
    assert f"Revoke the access of e-1 {when}? [y/N]" in dayone(*_END, *options, api=api.url).err


def test_whoever_is_unknown_is_refused_before_the_question(api: CliApi) -> None:
    assert dayone(*_END, api=api.url).code == 3
    assert dayone(*_APPROVE, api=api.url).code == 3


class TestParts:
    """A decision can be about subjects or resources alone, and names the version of what was shown."""

    @pytest.fixture
    def api(self, api: CliApi) -> CliApi:
        seen = held([operation(1), operation(2), operation(3)], number=3)
        for part in seen:
            part["change"] = {**part["change"], "held_version": 7}
        api.tell("GET /v1/changes/01A", *seen)
        for verb in ("approve", "reject"):
            api.tell(f"POST /v1/changes/01A/{verb}", Answered(status=202, body=TAKEN))
        return api

    def test_an_approval_shows_the_part_and_sends_it_with_the_version(self, api: CliApi) -> None:
        words = ("--subject", "person:e-1", "--subject", "person:e-3", "--resource", "membership/engineers")
        ended = dayone(*_APPROVE, *words, api=api.url, stdin="y\n")
        assert ended.code == 0, ended.err
        (sent,) = [entry for entry in api.asked if entry.method == "POST"]
        assert sent.json() == {
            "subjects": ["person:e-1", "person:e-3"],
            "resources": ["membership/engineers"],
            "expected_version": 7,
        }
        lines = [line for line in ended.err.splitlines() if line.startswith("  - ")]
        assert [line.split()[2] for line in lines] == ["person:e-1", "person:e-3"]
        assert (
            "It has 3 held operations. You decide on these of person:e-1, person:e-3, membership/engineers:"
            in ended.err
        )

    def test_an_approval_of_all_names_the_version_too(self, api: CliApi) -> None:
        assert dayone(*_APPROVE, "--yes", "--no-watch", api=api.url).code == 0
        (sent,) = [entry for entry in api.asked if entry.method == "POST"]
        assert sent.json() == {"expected_version": 7}

    def test_a_rejection_of_a_part(self, api: CliApi) -> None:
        assert dayone(*_REJECT, "--subject", "person:e-1", "--yes", api=api.url).code == 0
        (sent,) = [entry for entry in api.asked if entry.method == "POST"]
        assert sent.json() == {"subjects": ["person:e-1"], "expected_version": 7}

    def test_where_to_see_what_still_waits_is_named(self, api: CliApi) -> None:
        where = "what still waits: `dayone changes show 01A`"
        assert where in dayone(*_APPROVE, "--subject", "person:e-1", "--yes", api=api.url).err
        assert where not in dayone(*_APPROVE, "--yes", "--no-watch", api=api.url).err

    def test_a_part_of_which_nothing_is_held_is_said_to_be_empty(self, api: CliApi) -> None:
        ended = dayone(*_APPROVE, "--subject", "person:e-9", api=api.url, stdin="n\n")
        assert "It has 3 held operations; none of person:e-9 was found." in ended.err
        assert "You decide on these" not in ended.err

    def test_who_says_no_sends_nothing(self, api: CliApi) -> None:
        assert dayone(*_APPROVE, "--subject", "person:e-1", api=api.url, stdin="n\n").code == 1
        assert writes(api) == []

    def test_leavers_are_a_part_by_themselves(self, api: CliApi) -> None:
        assert dayone(*_APPROVE, "--leavers", "--subject", "person:e-1", "--yes", api=api.url).code == 2
        assert writes(api) == []


def test_a_subject_named_in_another_way_is_shown_and_sent_by_its_id(api: CliApi) -> None:
    ready(api)
    api.tell("GET /v1/people/alice", person(1, "Alice Ferrari"))
    words = ("--subject", "person:alice", "--subject", "group:engineers", "--yes")
    ended = dayone("changes", "approve", "01A", *words, api=api.url)
    assert ended.code == 0, ended.err
    assert "You decide on these of person:e-1, group:engineers:" in ended.err
    (sent,) = (entry.json() for entry in api.asked if entry.method == "POST")
    assert sent["subjects"] == ["person:e-1", "group:engineers"]


def test_a_subject_that_nobody_is_found_by_is_sent_as_it_is(api: CliApi) -> None:
    ready(api)
    assert dayone("changes", "reject", "01A", "--subject", "person:eve@example.com", "--yes", api=api.url).code == 0
    (sent,) = (entry.json() for entry in api.asked if entry.method == "POST")
    assert sent["subjects"] == ["person:eve@example.com"]


def test_whoever_is_ended_by_another_name_is_shown_by_the_id(api: CliApi) -> None:
    ready(api)
    for path in ("", "/access"):
        api.answers[f"GET /v1/people/alice{path}"] = api.answers[f"GET /v1/people/e-1{path}"]
    api.tell("POST /v1/people/alice/end", Answered(status=202, body=TAKEN))
    ended = dayone("people", "end", "alice", "--yes", "--no-watch", api=api.url)
    assert ended.code == 0, ended.err
    assert "e-1 (Alice Ferrari) loses:\n  - membership in engineers" in ended.err


def test_a_held_operation_is_listed_with_its_reason(api: CliApi) -> None:
    ready(api)
    ended = dayone("changes", "show", "01A", api=api.url, COLUMNS="200")
    (row,) = (line for line in ended.out.splitlines() if line.startswith("held"))
    assert row.split("  ")[-1].strip() == "; ".join(f"{each['reason']} ({each['rule']})" for each in _LEFT)


def test_lists_have_the_names_of_people_and_accounts_beside_their_ids(api: CliApi) -> None:
    grant = {"id": "01G", "state": "active", "person": "e-1", "account": "111122223333", "group": "", "from": AT}
    names = {"person:e-1": "Alice Ferrari", "account:111122223333": "shop-dev"}
    api.tell("GET /v1/grants", {"grants": [grant], "names": names, "cursor": ""})
    ended = dayone("grants", "list", api=api.url, COLUMNS="250")
    assert "e-1 (Alice Ferrari)" in ended.out
    assert "111122223333 (shop-dev)" in ended.out
    assert dayone("grants", "list", "--output", "json", api=api.url).json()["names"] == names
    finding = {"id": "1", "kind": "missing", "subject": "person:e-1", "resource": "user", "baseline": False}
    api.tell("GET /v1/drift", {"as_of": AT, "events_at": AT, "drift": [finding], "names": names, "cursor": ""})
    ended = dayone("drift", "list", "--subject", "person:alice", api=api.url, COLUMNS="200")
    assert "person:e-1 (Alice Ferrari)" in ended.out
    assert api.asked[-1].query["subject"] == "person:alice"
