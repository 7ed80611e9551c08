"""Output of the `dayone` command: plans in the usual form, tables, JSON, and colours where they belong."""

import io
from typing import Any

import pytest

from dayone_cli.failures import Refused
from dayone_cli.output.plan_view import plan_lines, summary
from dayone_cli.output.screen import OutputFormat, Screen, Sheet
from dayone_cli.output.words import because, moment, said

SHEET = Sheet(
    columns=("state", "name"), rows=[("failed", "an account with a very long name " * 10), ("succeeded", "x")]
)


class Terminal(io.StringIO):
    """Somebody who looks."""

    def isatty(self) -> bool:
        return True


def plan(**more: Any) -> dict[str, Any]:  # noqa: ANN401 - members of an answer
    """An answer of POST /v1/plan."""
    reason = {"rule": "policy.yaml:5", "reason": "department is Data"}
    operations = [
        {"kind": "create-membership", "subject": "person:e-1", "resource": "membership/data", "reasons": [reason]},
        {"kind": "update-user", "subject": "person:e-1", "resource": "user", "reasons": []},
        {"kind": "delete-assignment", "subject": "account:1", "resource": "assignment/Admin/data", "reasons": []},
    ]
    return {
        "complete": True,
        "evaluated": 10,
        "counts": {"create-membership": 3, "update-user": 1, "delete-assignment": 2},
        "operations": operations,
        "truncated": 0,
        "truncated_new": 0,
        "notes": [],
        "guardrail": {"held": 0, "reasons": [], "held_explanation": []},
        **more,
    }


def made(plan: dict[str, Any]) -> dict[str, Any]:
    """An answer of POST /v1/plans that is made at once."""
    return {"id": "01P", "state": "complete", "reason": "", "plan": plan}


def printed(screen: Screen) -> str:
    assert isinstance(screen.out, io.StringIO)
    return screen.out.getvalue()


def test_a_plan_is_told_subject_by_subject_with_signs_and_reasons_and_summed_up() -> None:
    assert plan_lines(plan()) == [
        "person:e-1",
        "  + membership/data    department is Data (policy.yaml:5)",
        "  ~ user",
        "account:1",
        "  - assignment/Admin/data",
        "",
        "Plan: 3 to add, 1 to change, 2 to remove.",
    ]


@pytest.mark.parametrize(
    ("counts", "line"),
    [
        ({"create-group": 1}, "Plan: 1 to add, 0 to change, 0 to remove."),
        ({"delete-user": 2, "delete-membership": 5}, "Plan: 0 to add, 0 to change, 7 to remove."),
        ({"update-permission-set": 2, "create-user": 1}, "Plan: 1 to add, 2 to change, 0 to remove."),
    ],
)
def test_the_summary_counts_all_kinds(counts: dict[str, int], line: str) -> None:
    assert summary(counts) == line


def test_a_plan_says_what_would_be_held_what_it_does_not_list_and_what_it_had_no_time_for() -> None:
    guardrail = {"held": 2, "reasons": ["2 removals, the limit is 1"], "held_explanation": ["Another decides."]}
    lines = plan_lines(plan(guardrail=guardrail, truncated=7, complete=False, notes=["left alone"]))
    assert "… and 7 more, counted below" in lines
    assert "Note: left alone" in lines
    assert "Note: only 10 subjects were checked in the available time; the numbers are for these." in lines
    assert lines[-3:] == [
        "Held: 2 operations would wait for another person's approval.",
        "  because 2 removals, the limit is 1",
        "Another decides.",
    ]


def test_each_line_that_would_be_held_has_its_rule() -> None:
    why = [{"rule": "policy.yaml:5", "reason": "department is Sales"}]
    removal = {"kind": "delete-membership", "subject": "person:e-1", "resource": "membership/a", "reasons": why}
    operations = [{**removal, "held": "2 removals, the limit is 1"}, {**removal, "held": None}]
    line = "  - membership/a    department is Sales (policy.yaml:5)"
    lines = plan_lines(plan(counts={"delete-membership": 2}, operations=operations))
    assert lines[1:3] == [f"{line}    held: 2 removals, the limit is 1", line]


def test_what_exists_is_not_added() -> None:
    exists = "exists, and would be left as it is: it differs (what is there → what is wanted): description: x → none"
    operations = [
        {"kind": "create-group", "subject": "group:a", "resource": "group", "reasons": [], "existing": exists},
        {"kind": "create-group", "subject": "group:b", "resource": "group", "reasons": [], "existing": None},
    ]
    lines = plan_lines(plan(counts={"create-group": 2}, operations=operations))
    assert lines[:4] == ["group:a", f"  ! group    {exists}", "group:b", "  + group"]
    assert lines[-2:] == [
        "! marks what exists already: 1 of what is to be created.",
        "Plan: 1 to add, 0 to change, 0 to remove.",
    ]


def test_a_plan_of_nothing_says_so() -> None:
    (line,) = plan_lines(plan(counts={}, operations=[]))
    # What somebody has changed in AWS since is not known.
    assert line.startswith("No changes: ")
    assert "as AWS last confirmed them. AWS itself was not read" in line


def test_what_is_piped_has_no_colours_and_is_cut_nowhere() -> None:
    screen = Screen(out=io.StringIO(), err=io.StringIO())
    screen.show({}, lambda _: SHEET)
    assert printed(screen).splitlines() == ["STATE      NAME", f"failed     {SHEET.rows[0][1].strip()}", "succeeded  x"]


def test_a_terminal_gets_colours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    screen = Screen(out=Terminal(), err=io.StringIO())
    screen.show({}, lambda _: SHEET)
    screen.lines(["  + membership/data"])
    assert "\x1b[31mfailed" in printed(screen)
    assert "\x1b[32m" in printed(screen).splitlines()[-1]


def test_and_none_with_no_color(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    screen = Screen(out=Terminal(), err=io.StringIO())
    screen.show({}, lambda _: SHEET)
    screen.lines(["  + membership/data"])
    assert "\x1b[3" not in printed(screen)


@pytest.mark.parametrize("out", [io.StringIO, Terminal])
def test_what_somebody_called_themselves_does_not_steer_the_terminal(out: type[io.StringIO]) -> None:
    screen = Screen(out=out(), err=io.StringIO())
    evil = "Ada\x1b]0;owned\x07 [bold]x[/]"
    screen.show({}, lambda _: Sheet(columns=("name",), rows=[(evil,)], foot=[evil]))
    screen.say(f"{evil}\n{evil}")
    screen.complain(Refused(evil, detail=evil, findings=[evil]))
    assert "\x1b]0" not in printed(screen)
    assert "[bold]x[/]" in printed(screen)
    assert isinstance(screen.err, io.StringIO)
    assert "\x1b" not in screen.err.getvalue()
    assert screen.err.getvalue().count("\n") == 4


def test_json_is_the_answer_and_nothing_else() -> None:
    screen = Screen(form=OutputFormat.JSON, out=Terminal(), err=io.StringIO())
    screen.show({"name": "Zoë"}, lambda _: SHEET)
    assert printed(screen) == '{\n  "name": "Zoë"\n}\n'


def test_a_complaint_is_on_stderr_title_detail_and_each_finding() -> None:
    screen = Screen(out=io.StringIO(), err=io.StringIO())
    screen.complain(Refused("No", detail="because", findings=["a.yaml:1:1: this"]))
    assert isinstance(screen.err, io.StringIO)
    assert (printed(screen), screen.err.getvalue()) == ("", "No: because\n  a.yaml:1:1: this\n")


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, ""), (True, "yes"), (False, "no"), (0, "0"), (["a", "b"], "a, b"), ({"env": "dev"}, "env=dev")],
)
def test_values_are_said_as_people_say_them(value: object, text: str) -> None:
    assert said(value) == text


def test_times_are_shown_to_the_second_and_reasons_with_their_place() -> None:
    assert moment("2026-11-23T08:00:04.123456+00:00") == "2026-11-23 08:00:04Z"
    assert (moment(None), moment("2026-11-23")) == ("", "2026-11-23")
    assert because([{"rule": "a:1", "reason": "x"}, {"rule": "b:2", "reason": "y"}]) == "x (a:1); y (b:2)"
