"""`dayone import`: a policy from what Identity Center has, and the proof that it changes nothing."""

import csv
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dayone_cli.failures import Misused, Negative
from dayone_cli.inputs.estate import read_estate
from dayone_cli.inputs.people_files import text_of
from dayone_cli.inputs.policy_files import policy_texts
from dayone_cli.output.first_plan import first_plan, first_plan_lines
from dayone_cli.output.screen import Sheet
from dayone_cli.output.words import moment, plural
from dayone_cli.run import Run, command

if TYPE_CHECKING:
    from dayone.takeover.estate import Estate
    from dayone.takeover.proof import Proof
    from dayone.takeover.proposal import Proposal
    from dayone.takeover.terraform import TerraformState
    from dayone.takeover.users import MatchedUser, Users

app = typer.Typer(help="Create a policy from what Identity Center has, and verify that it changes nothing.")

_LARGEST = 256 * 1024  # bytes of a policy, as the API takes it

Mapped = Annotated[
    Path | None,
    typer.Option(
        help="A CSV file with the columns user_name and id: the HR ids of users whose names HR does not have."
    ),
]

Resumed = Annotated[
    Path | None,
    typer.Option(
        help="Keep what is read of the inventory in this file, so that it is not read again after an interruption."
    ),
]

States = Annotated[
    list[Path] | None,
    typer.Option(
        help="A state of Terraform, as it is kept or as `terraform show -json` prints it: what it manages is named."
    ),
]


@command(app, "write")
def write(
    run: Run,
    folder: Annotated[Path, typer.Argument(help="A folder for the files; those of these names must not exist yet.")],
    mapping: Mapped = None,
    resume: Resumed = None,
    terraform: States = None,
    *,
    rows: Annotated[bool, typer.Option("--rows", help="List people and accounts by id, without any rule.")] = False,
    management_account: Annotated[
        bool, typer.Option("--management-account", help="Include what is assigned in the management account.")
    ] = False,
) -> None:
    """Create a policy that gives exactly what the last inventory has read. Nothing is changed in AWS."""
    from dayone.takeover.policy_files import policy_files
    from dayone.takeover.propose import propose
    from dayone.takeover.terraform import managed_in
    from dayone.takeover.users import match_users

    estate = read_estate(run, file=resume)
    users = match_users(estate, mapping=_mapping_in(mapping))
    proposal = propose(estate, users, by_rules=not rows, with_management=management_account)
    managed = managed_in(estate, _states_in(terraform or []))
    texts = policy_files(proposal, estate, managed)
    notes, proof = _proved(texts, estate, users)
    if not proof.is_empty:
        raise Negative("No policy was found that gives exactly what there is", findings=_differences(proof))
    _save(folder, texts)
    answer = _written(texts, proposal, users, as_of=estate.as_of, notes=notes) | {"terraform": asdict(managed)}
    run.show(answer, lambda _: _summary(answer, folder))


@command(app, "verify")
def verify(
    run: Run,
    places: Annotated[
        list[Path], typer.Argument(help="YAML files, or folders with them; together they form the policy.")
    ],
    mapping: Mapped = None,
    resume: Resumed = None,
) -> None:
    """Compare a policy with the last inventory, and ask Day One for its plan. Exits 1 unless nothing would change."""
    from dayone.takeover.users import match_users

    texts = policy_texts(places)
    estate = read_estate(run, file=resume)
    users = match_users(estate, mapping=_mapping_in(mapping))
    _, proof = _proved(texts, estate, users)
    answer: dict[str, Any] = {
        "as_of": estate.as_of,
        "same": proof.same,
        "given": [str(row) for row in proof.given],
        "lacking": [str(row) for row in proof.lacking],
        "changed": list(proof.changed),
        "plan": first_plan(run.api.ask("/v1/plan", {"files": dict(texts)})) if proof.is_empty else None,
    }
    same = f"{plural(proof.same, 'membership or assignment', 'memberships and assignments')} as they are"
    run.show(answer, lambda _: [f"{same}, by the inventory of {moment(estate.as_of)}.", *first_plan_lines(answer)])
    if not proof.is_empty:
        raise Negative("This policy does not give exactly what there is", findings=_differences(proof))
    if unexpected := answer["plan"]["changes"]:
        raise Negative("Day One would do more than take on what exists", findings=unexpected)


def _mapping_in(file: Path | None) -> Mapping[str, str]:
    """Return the HR ids by user name in a file; raise Misused."""
    if file is None:
        return {}
    found: dict[str, str] = {}
    for row in csv.DictReader(text_of(file).splitlines()):
        name, person = (row.get("user_name") or "").strip(), (row.get("id") or "").strip()
        if not (name and person):
            raise Misused("Not a mapping of users", detail=f"{file}: each row has a user_name and an id")
        found[name] = person
    return found


def _states_in(files: Iterable[Path]) -> "TerraformState":
    """Return the states in files; raise Misused."""
    from dayone.takeover.terraform import read_states

    try:
        return read_states({str(file): text_of(file) for file in files})
    except ValueError as error:
        raise Misused("Not a state of Terraform", detail=str(error)) from error


def _proved(texts: Mapping[str, str], estate: "Estate", users: "Users") -> "tuple[list[str], Proof]":
    """Parse a policy and compare it; return its notes as well."""
    from dayone.errors import Invalid
    from dayone.policy.service import check_policy
    from dayone.takeover.proof import prove

    try:
        policy, notes = check_policy(texts)
    except Invalid as mistaken:
        raise Negative(plural(len(mistaken.findings), "mistake"), findings=mistaken.findings) from mistaken
    return list(notes), prove(policy, estate, users)


def _differences(proof: "Proof") -> list[str]:
    return [
        *(f"would be given: {row}" for row in proof.given),
        *(f"exists and is given by no rule: {row}" for row in proof.lacking),
        *proof.changed,
    ]


def _save(folder: Path, texts: Mapping[str, str]) -> None:
    """Create the files; raise Misused where one exists."""
    if existing := [name for name in texts if (folder / name).exists()]:
        raise Misused("A file exists already", detail=str(folder / existing[0]))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in texts.items():
            (folder / name).write_text(text, encoding="utf-8")
    except OSError as error:
        raise Misused("The files cannot be written", detail=str(error)) from error


def _written(
    texts: Mapping[str, str], proposal: "Proposal", users: "Users", *, as_of: str, notes: Iterable[str]
) -> dict[str, Any]:
    return {
        "as_of": as_of,
        "files": sorted(texts),
        "bytes": sum(len(text.encode()) for text in texts.values()),
        "permission_sets": len(proposal.permission_sets),
        "groups": len(proposal.groups),
        "assignments": len(proposal.assignments),
        "rows": proposal.rows,
        "decisions": [
            {"subject": subject, "beside": list(beside)} for subject, beside in _beside(proposal).items() if beside
        ],
        "left": [{"what": left.what, "reason": str(left.reason), "detail": left.detail} for left in proposal.left],
        "users": [_user(user) for user in users.by_id.values()],
        "without_user": list(users.without_user),
        "notes": list(notes),
    }


def _beside(proposal: "Proposal") -> dict[str, tuple[str, ...]]:
    sets = {f"permission-set:{each.key}": each.beside for each in proposal.permission_sets}
    return sets | {f"group:{each.key}": each.beside for each in proposal.groups}


def _user(user: "MatchedUser") -> dict[str, Any]:
    return {
        "user_name": user.user_name,
        "person": user.person,
        "state": str(user.state),
        "needs_decision": user.needs_decision,
        "differences": [
            {"attribute": each.attribute, "existing": each.existing, "hr": each.hr} for each in user.differences
        ],
    }


def _summary(answer: Mapping[str, Any], folder: Path) -> Sheet:
    """Return what is left as it is as rows, and everything else below."""
    rows = [
        (left["what"], left["reason"] + (f": {left['detail']}" if left["detail"] else "")) for left in answer["left"]
    ]
    reasons = Counter(left["reason"] for left in answer["left"])
    counted = (plural(answer["permission_sets"], "permission set"), plural(answer["groups"], "group"))
    rows_of = f"{plural(answer['rows'], 'row')} of the inventory of {moment(answer['as_of'])}, and give nobody more"
    foot = [
        "",
        *(f"Left as it is: {number}, {reason}" for reason, number in sorted(reasons.items())),
        *(_decision(entry) for entry in answer["decisions"]),
        *(line for user in answer["users"] for line in _about_user(user)),
        *(f"Note: {person} of HR has no user yet, and will get one" for person in answer["without_user"]),
        *(f"Note: {note}" for note in answer["notes"]),
        *_managed(answer["terraform"]),
        *_too_large(answer["bytes"]),
        f"{', '.join(counted)} and {plural(answer['assignments'], 'assignment')} in {folder} stand for {rows_of}.",
    ]
    return Sheet(columns=("left as it is", "because"), rows=rows, foot=foot)


def _decision(entry: Mapping[str, Any]) -> str:
    beside = entry["beside"]
    more = f" and {len(beside) - 1} more" if len(beside) > 1 else ""
    return f"{entry['subject']} is adopted by `dayone changes adopt` alone, since no rule gives {beside[0]}{more}"


def _about_user(user: Mapping[str, Any]) -> Iterator[str]:
    if user["state"] not in ("employed", "unknown"):
        yield f"User {user['user_name']}: {user['state']}, person {user['person']}"
    changes = [f"{each['attribute']} {each['existing']!r} -> {each['hr']!r}" for each in user["differences"]]
    if changes:
        how = "is adopted by `dayone changes adopt` alone" if user["needs_decision"] else "changes when it is adopted"
        yield f"User {user['user_name']} {how}: {', '.join(changes)}"


def _managed(terraform: Mapping[str, Any]) -> Iterator[str]:
    counts = (
        plural(len(terraform["sets"]), "permission set"),
        plural(len(terraform["groups"]), "group"),
        plural(len(terraform["users"]), "user"),
        plural(len(terraform["rows"]), "membership or assignment", "memberships and assignments"),
    )
    if any(terraform[kind] for kind in ("sets", "groups", "users", "rows")):
        yield f"Terraform manages {', '.join(counts)}: `terraform state rm` them before it takes back what rules give"
    if stale := terraform["stale"]:
        yield f"Terraform has {len(stale)} that the inventory has not read, such as {stale[0]}"


def _too_large(size: int) -> list[str]:
    if size <= _LARGEST:
        return []
    return [f"The files have {size // 1024} KiB, and a policy has 256 KiB at most: Day One cannot take them in force"]
