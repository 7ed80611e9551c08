"""`dayone people`: recorded people, their access with reasons, and manual entries."""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

from dayone_cli.api_client import path
from dayone_cli.failures import Negative, Refused
from dayone_cli.inputs.choices import person_statuses
from dayone_cli.inputs.confirming import Yes, confirm
from dayone_cli.inputs.people_files import leavers_in, people_in
from dayone_cli.output.following import FollowIt, Timeout, follow, follow_all
from dayone_cli.output.lists import USUAL, Limit, facts, members, show_list
from dayone_cli.output.removals import access_lines, report_of
from dayone_cli.output.screen import Sheet
from dayone_cli.output.words import FROM_RECORDS, because, moment, plural
from dayone_cli.run import Run, command

app = typer.Typer(help="List people, explain and revoke their access, and import people.")

_AT_ONCE = 100  # as many people as the API takes in one request

Person = Annotated[str, typer.Argument(help="The person's id in HR, user name, e-mail address or full name.")]


@command(app, "list")
def list_people(
    run: Run,
    search: Annotated[
        str, typer.Option(help="Only people with this text in their id, name, user name or e-mail address.")
    ] = "",
    status: Annotated[
        str,
        typer.Option(
            autocompletion=person_statuses, help="Only people with this status: active, on_leave, ended or missing."
        ),
    ] = "",
    limit: Limit = USUAL,
) -> None:
    """List the recorded people."""
    columns = ("person", "name", "department", "title", "status", "start", "end", "access", "plan")
    names = ("display_name", "department", "title", "status", "start_date", "end_date", "has_access", "progress")
    row = members("id", *names)
    query = {"search": search, "status": status}
    show_list(run, "/v1/people", "people", columns=columns, row=row, query=query, limit=limit)


@command(app, "show")
def show(run: Run, person: Person) -> None:
    """Print a person as recorded from HR, and their user in Identity Center."""
    run.show(run.api.read(path("v1", "people", person)), facts)


@command(app, "access")
def access(run: Run, person: Person) -> None:
    """List the access of a person as AWS last confirmed it, and the reasons."""
    run.show(run.api.read(path("v1", "people", person, "access"), {"limit": "100"}), partial(_access, person=person))


@command(app, "explain")
def explain(
    run: Run,
    person: Person,
    account: Annotated[str, typer.Argument(help="The account's id or name.")],
    permission_set: Annotated[str, typer.Argument(help="A permission set's key in the policy; default: all.")] = "",
) -> None:
    """Explain which access a person has in an account, which they lack, and why."""
    query = {"account": account, "permission_set": permission_set}
    run.show(run.api.read(path("v1", "people", person, "explain"), query), _ways)


@command(app, "import")
def import_people(
    run: Run,
    file: Annotated[
        Path, typer.Argument(help="CSV with a header line, or JSON: a list of people or an object with `people`.")
    ],
    *,
    follow_it: FollowIt = True,
    timeout: Timeout = 0.0,
) -> None:
    """Import people from a CSV or JSON file. People not in the file are unchanged."""
    problems: list[str] = []
    people = people_in(file, problems=problems)
    follow_all(run, _told(run, people, problems), follow_it=follow_it, timeout=timeout)
    if problems:
        raise Negative("Not all people were imported", findings=problems)


@command(app, "end")
def end(
    run: Run,
    person: Person,
    on: Annotated[str, typer.Option(help="The last day of employment, ISO 8601; default: today.")] = "",
    *,
    at_once: Annotated[bool, typer.Option("--at-once", help="Revoke now, not at the end of the day.")] = False,
    yes: Yes = False,
    follow_it: FollowIt = True,
    timeout: Timeout = 0.0,
) -> None:
    """Record that a person leaves and revoke their access."""
    for line in access_lines(run.api, person):
        run.screen.say(line)
    confirm(_question(person, on=on, at_once=at_once), yes=yes)
    body = {**({"on": on} if on else {}), **({"at_once": True} if at_once else {})}
    follow(run, run.api.write("POST", path("v1", "people", person, "end"), body), follow_it=follow_it, timeout=timeout)


@command(app, "forget")
def forget(
    run: Run,
    person: Person,
    *,
    yes: Yes = False,
    follow_it: FollowIt = True,
    timeout: Timeout = 0.0,
) -> None:
    """Delete what is recorded of a person who left long enough ago. Nothing brings it back."""
    where = path("v1", "people", person, "forget")
    confirm(f"Erase what is recorded of {person} for good?", yes=yes)
    taken = run.api.write("POST", where)
    follow(run, taken, follow_it=follow_it, timeout=timeout)


def _question(person: str, *, on: str, at_once: bool) -> str:
    when = "now" if at_once else f"at the end of {on or 'today'}, in their time zone"
    return f"Revoke the access of {person} {when}?"


def _told(run: Run, people: Sequence[Mapping[str, Any]], problems: list[str]) -> Iterator[Mapping[str, Any]]:
    """Send all people, part by part; refused parts are reported, and do not hold up the others."""
    for start in range(0, len(people), _AT_ONCE):
        part = people[start : start + _AT_ONCE]
        try:
            taken = run.api.write("POST", "/v1/people", {"people": part})
        except Refused as refused:
            problems += [f"people {start + 1} to {start + len(part)}: {refused.detail}", *refused.findings]
            yield from _ends(run, part)
            continue
        run.screen.say(f"{start + len(part)} of {plural(len(people), 'person', 'people')} imported")
        yield taken


def _ends(run: Run, part: Sequence[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """Record who leaves, one by one, of a part that was refused: nobody keeps access by the mistakes of others."""
    for person in leavers_in(part):
        try:
            taken = run.api.write("POST", "/v1/people", {"people": [person]})
        except Refused:
            continue  # among the findings already
        run.screen.say(f"the end of {person.get('id', '')} imported")
        yield taken


def _access(answer: Mapping[str, Any], *, person: str) -> Sheet:
    rows = [
        (
            each["account"],
            each["permission_set"],
            pair["group"],
            moment(each["confirmed"]["at"]),
            because([*pair["membership"]["reasons"], *each["confirmed"]["reasons"]]),
        )
        for pair in answer["groups"]
        for each in pair["assignments"]
    ]
    empty = [f"In {pair['group']}, which has no assignments." for pair in answer["groups"] if not pair["assignments"]]
    more = [
        f"{pair['group']} has more assignments: see `{report_of(person)}`"
        for pair in answer["groups"]
        if pair["cursor"]
    ]
    foot = [*empty, *more, FROM_RECORDS] if rows or empty else [f"No recorded access. {FROM_RECORDS}"]
    return Sheet(columns=("account", "permission set", "through", "since", "reason"), rows=rows, foot=foot)


def _ways(answer: Mapping[str, Any]) -> list[str]:
    lines: list[str] = []
    for way in answer["access"]:
        lines += [f"{'+' if way['has_access'] else '-'} {way['permission_set']}: {way['message']}"]
        lines += [f"    {step['message']}" for step in way["steps"]]
    return lines or ["No rule of the policy assigns a permission set there."]
