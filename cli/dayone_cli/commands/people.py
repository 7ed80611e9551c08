"""`dayone people`: who is known, what they reach and why, and telling of people by hand."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from dayone_cli.api_client import path
from dayone_cli.failures import Negative, Refused
from dayone_cli.following import FollowIt, Timeout, follow, follow_all
from dayone_cli.lists import USUAL, Limit, facts, members, show_list
from dayone_cli.people_files import people_in
from dayone_cli.run import Run, command
from dayone_cli.screen import Sheet
from dayone_cli.words import because, moment, plural

app = typer.Typer(help="Who is known, what they reach and why; telling of people by hand.")

_AT_ONCE = 100  # as many people as the API takes in one request

Person = Annotated[str, typer.Argument(help="The person's id, which is HR's own.")]


@command(app, "list")
def list_people(run: Run, limit: Limit = USUAL) -> None:
    """List everybody who is known."""
    columns = ("person", "name", "department", "title", "status", "start", "end", "access", "plan")
    names = ("display_name", "department", "title", "status", "start_date", "end_date", "has_access", "progress")
    row = members("id", *names)
    show_list(run, "/v1/people", "people", columns=columns, row=row, query={}, limit=limit)


@command(app, "show")
def show(run: Run, person: Person) -> None:
    """Print a person as HR tells of them, and as Identity Center has them."""
    run.show(run.api.read(path("v1", "people", person)), facts)


@command(app, "access")
def access(run: Run, person: Person) -> None:
    """List what a person reaches, and every reason for it."""
    run.show(run.api.read(path("v1", "people", person, "access"), {"limit": "100"}), _access)


@command(app, "explain")
def explain(
    run: Run,
    person: Person,
    account: Annotated[str, typer.Argument(help="The account's id.")],
    permission_set: Annotated[str, typer.Argument(help="A permission set; else all of them.")] = "",
) -> None:
    """Say why a person has what they have in an account, and what is in the way of the rest."""
    query = {"account": account, "permission_set": permission_set}
    run.show(run.api.read(path("v1", "people", person, "explain"), query), _ways)


@command(app, "import")
def import_people(
    run: Run,
    file: Annotated[Path, typer.Argument(help="People, as CSV with a line of names or as JSON: a list, or `people`.")],
    *,
    follow_it: FollowIt = True,
    timeout: Timeout = 0.0,
) -> None:
    """Tell of everybody in a file; who is not in it stays as they are."""
    people, problems = people_in(file), list[str]()
    follow_all(run, _told(run, people, problems), follow_it=follow_it, timeout=timeout)
    if problems:
        raise Negative("Not everybody was taken", findings=problems)


@command(app, "end")
def end(
    run: Run,
    person: Person,
    on: Annotated[str, typer.Option(help="The last day, ISO 8601; else today.")] = "",
    *,
    at_once: Annotated[bool, typer.Option("--at-once", help="Now, rather than at the end of the day.")] = False,
    follow_it: FollowIt = True,
    timeout: Timeout = 0.0,
) -> None:
    """Tell that a person leaves: everything they have ends."""
    body = {**({"on": on} if on else {}), **({"at_once": True} if at_once else {})}
    follow(run, run.api.write("POST", path("v1", "people", person, "end"), body), follow_it=follow_it, timeout=timeout)


def _told(run: Run, people: Sequence[Mapping[str, Any]], problems: list[str]) -> Iterator[Mapping[str, Any]]:
    """Tell of everybody, part by part; who is refused is told apart, and does not keep the others back."""
    for start in range(0, len(people), _AT_ONCE):
        part = people[start : start + _AT_ONCE]
        try:
            taken = run.api.write("POST", "/v1/people", {"people": part})
        except Refused as refused:
            problems += [f"people {start + 1} to {start + len(part)}: {refused.detail}", *refused.findings]
            continue
        run.screen.say(f"{start + len(part)} of {plural(len(people), 'person', 'people')} told")
        yield taken


def _access(answer: Mapping[str, Any]) -> Sheet:
    rows = [
        (
            each["account"],
            each["permission_set"],
            one["group"],
            moment(each["confirmed"]["at"]),
            because([*one["membership"]["reasons"], *each["confirmed"]["reasons"]]),
        )
        for one in answer["groups"]
        for each in one["assignments"]
    ]
    empty = [f"In {one['group']}, which reaches nothing." for one in answer["groups"] if not one["assignments"]]
    more = [f"{one['group']} reaches more: dayone access report" for one in answer["groups"] if one["cursor"]]
    foot = [*empty, *more] if rows or empty else ["They reach nothing."]
    return Sheet(columns=("account", "permission set", "through", "since", "because"), rows=rows, foot=foot)


def _ways(answer: Mapping[str, Any]) -> list[str]:
    lines: list[str] = []
    for way in answer["access"]:
        lines += [f"{'+' if way['has'] else '-'} {way['permission_set']}: {way['says']}"]
        lines += [f"    {step['says']}" for step in way["steps"]]
    return lines or ["No rule gives anybody anything there."]
