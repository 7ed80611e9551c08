"""`dayone policy`: check the files, see what they would do, put them in force, and go back."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from dayone_cli.api_client import path
from dayone_cli.failures import Negative, Refused
from dayone_cli.inputs.confirming import Yes, confirm
from dayone_cli.inputs.policy_files import policy_texts
from dayone_cli.output.following import FollowIt, Timeout, follow
from dayone_cli.output.lists import USUAL, Limit, members, show_list
from dayone_cli.output.plan_view import mistakes_in, plan_lines
from dayone_cli.output.planning import plan_everybody
from dayone_cli.output.words import plural
from dayone_cli.run import Run, command

app = typer.Typer(help="Check, plan and apply the policy, or roll it back.")

_POLICY = "/v1/policy"
_LOOSENED = "create-guardrails"
_NOT_FOUND = 404
_OVERTAKEN = 412

Places = Annotated[list[Path], typer.Argument(help="YAML files, or folders with them; together they form the policy.")]
Authors = Annotated[
    list[str] | None,
    typer.Option(
        "--author",
        help="Who wrote it, when a pipeline applies it: a user name or an ARN. May be given several times. "
        "They cannot approve what it holds, and neither can you.",
    ),
]
Version = Annotated[int, typer.Argument(min=1, help="A version number from `dayone policy versions`.")]


@command(app, "check")
def check(run: Run, places: Places) -> None:
    """Check a policy offline and list every mistake as file:line:column."""
    # Only here: it is the policy language with all that reads it.
    from dayone.errors import Invalid
    from dayone.policy.service import check_policy

    texts = policy_texts(places, shown=True)
    try:
        policy, notes = check_policy(texts)
    except Invalid as mistaken:
        raise Negative(f"{plural(len(mistaken.findings), 'mistake')}", findings=mistaken.findings) from mistaken
    counts = {
        "files": len(texts),
        "groups": len(policy.groups),
        "permission_sets": len(policy.permission_sets),
        "assignments": len(policy.assignments),
    }
    summary = f"No mistakes in {plural(len(texts), 'file')}: {_counted(counts)}."
    run.show({**counts, "notes": notes}, lambda _: [*(f"Note: {note}" for note in notes), summary])


@command(app, "plan")
def plan(run: Run, places: Places) -> None:
    """Show what applying a policy would change, and why. Nothing is changed. Exits 1 if it would be refused."""
    planned = plan_everybody(run, policy_texts(places))
    run.show(planned, plan_lines)
    _refuse_mistakes(planned)


@command(app, "apply")
def apply(
    run: Run,
    places: Places,
    author: Authors = None,
    *,
    yes: Yes = False,
    follow_it: FollowIt = True,
    timeout: Timeout = 0.0,
) -> None:
    """Show what a policy would change, ask for confirmation, put it in force and watch the change."""
    texts = policy_texts(places)
    tag, files = _in_force(run)
    planned = plan_everybody(run, texts)
    # Once more is how looser guardrails are asked for, which stay as they were until somebody else approves.
    if files == texts and _LOOSENED not in planned["counts"]:
        run.show({"change": None}, lambda _: ["This policy is already in force."])
        return
    for line in plan_lines(planned):
        run.screen.say(line)
    _refuse_mistakes(planned)
    confirm("Put this policy in force?", yes=yes)
    taken = _put(run, texts, authors=author, depends_on={"if-match": tag} if tag else {"if-none-match": "*"})
    follow(run, taken, follow_it=follow_it, timeout=timeout)


@command(app, "rollback")
def rollback(
    run: Run,
    version: Version,
    author: Authors = None,
    *,
    yes: Yes = False,
    follow_it: FollowIt = True,
    timeout: Timeout = 0.0,
) -> None:
    """Show what an earlier version would change, ask for confirmation, and put its text in force as a new version."""
    kept = run.api.read(path("v1", "policy", "versions", str(version)))
    planned = plan_everybody(run, kept["files"])
    # It was accepted once, so it is not refused now.
    for line in (*plan_lines(planned), *(f"Note: {mistake}" for mistake in mistakes_in(planned))):
        run.screen.say(line)
    confirm(f"Put the text of version {version} in force again?", yes=yes)
    taken = run.api.write("POST", path("v1", "policy", "rollback", str(version)), query={"author": author})
    follow(run, taken, follow_it=follow_it, timeout=timeout)


@command(app, "show")
def show(
    run: Run,
    version: Annotated[
        int | None, typer.Argument(min=1, help="A version number; default: the version in force.")
    ] = None,
) -> None:
    """Print the policy in force, or an earlier version."""
    where = path("v1", "policy", "versions", str(version)) if version else _POLICY
    run.show(run.api.read(where), _texts)


@command(app, "describe")
def describe(
    run: Run,
    subject: Annotated[
        str, typer.Argument(help="A permission set, group or person that others made, such as permission-set:Deploy.")
    ],
    name: Annotated[
        str, typer.Option(help="Look for this name in AWS: for a group or permission set that no rule in force has.")
    ] = "",
) -> None:
    """Print what others made as the policy would have to say it, to adopt it as it is. Exits 1 if that cannot be."""
    described = run.api.read("/v1/existing", {"subject": subject, "name": name})
    run.show(described, lambda _: described["policy"].splitlines())
    if described["obstacles"]:
        raise Negative(f"{subject} cannot be taken as it is", findings=described["obstacles"])


@command(app, "versions")
def versions(run: Run, limit: Limit = USUAL) -> None:
    """List the versions of the policy, newest first."""
    columns = ("version", "in force", "at", "files", "actor", "change")
    row = members("version", "in_force", "at", "files", "actor", "change")
    show_list(run, "/v1/policy/versions", "versions", columns=columns, row=row, query={}, limit=limit)


def _refuse_mistakes(plan: Any) -> None:  # noqa: ANN401 - JSON
    if mistakes := mistakes_in(plan):
        raise Negative(f"The policy would be refused for {plural(len(mistakes), 'mistake')}", findings=mistakes)


def _put(run: Run, texts: Mapping[str, str], *, authors: list[str] | None, depends_on: Mapping[str, str]) -> Any:  # noqa: ANN401 - JSON
    try:
        return run.api.write("PUT", _POLICY, {"files": texts}, query={"author": authors}, headers=depends_on)
    except Refused as refused:
        if refused.status != _OVERTAKEN:
            raise
        detail = "another policy was put in force in the meantime: read the plan again"
        raise Refused(refused.title, detail=detail, problem=refused.problem, status=refused.status) from refused


def _in_force(run: Run) -> tuple[str, Mapping[str, str]]:
    """Return the tag of the policy in force and its texts by name; an empty tag when there is none."""
    try:
        answer = run.api.get(_POLICY)
    except Refused as refused:
        if refused.status != _NOT_FOUND:
            raise
        return "", {}
    kept = answer.json()
    return answer.headers.get("etag") or f'"{kept["version"]}"', kept["files"]


def _texts(kept: Mapping[str, Any]) -> list[str]:
    texts: Mapping[str, str] = kept["files"]
    if len(texts) == 1:
        return [line for text in texts.values() for line in text.splitlines()]
    return [line for name, text in texts.items() for line in (f"# {name}", *text.splitlines())]


def _counted(counts: Mapping[str, int]) -> str:
    named = {"groups": "group", "permission_sets": "permission set", "assignments": "assignment"}
    return ", ".join(plural(counts[name], word) for name, word in named.items())
