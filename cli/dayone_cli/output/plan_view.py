"""A plan as people know plans: what is added, changed and removed, why, and one line that sums it up."""

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

from dayone_cli.output.words import because, named, plural

type Json = Mapping[str, Any]

_SIGNS = {"create": "+", "delete": "-"}
_CHANGED = "~"
_EXISTS = "!"
NO_CHANGES = (
    "No changes: Day One's records have this, as AWS last confirmed them. AWS itself was not read, and may have been "
    "changed since."
)


def plan_lines(plan: Json) -> Sequence[str]:
    """Return the lines for a response of POST /v1/plan."""
    if not plan["counts"]:
        return [*_notes(plan), NO_CHANGES]
    return [*_operations(plan), "", *_notes(plan), *_exists(plan), summary(_added(plan)), *_held(plan["guardrail"])]


def _added(plan: Json) -> Mapping[str, int]:
    """Return the counts without the creations of existing resources, which add nothing."""
    exists = Counter(pair["kind"] for pair in plan["operations"] if pair.get("existing"))
    return {kind: number - exists[kind] for kind, number in plan["counts"].items()}


def _exists(plan: Json) -> list[str]:
    number = sum(bool(entry.get("existing")) for entry in plan["operations"])
    return [f"{_EXISTS} marks what exists already: {number} of what is to be created."] if number else []


def mistakes_in(plan: Json) -> Sequence[str]:
    """Return the reasons why the API would refuse the policy; none from a release without this answer."""
    return plan.get("errors") or ()


def summary(counts: Mapping[str, int]) -> str:
    """Such as `Plan: 3 to add, 1 to change, 2 to remove.`, from how many operations there are of each kind."""
    sums = dict.fromkeys(("+", _CHANGED, "-"), 0)
    for kind, number in counts.items():
        sums[_sign(kind)] += number
    return f"Plan: {sums['+']} to add, {sums[_CHANGED]} to change, {sums['-']} to remove."


def _operations(plan: Json) -> list[str]:
    lines: list[str] = []
    for subject, operations in groupby(plan["operations"], key=lambda pair: pair["subject"]):
        lines.append(named(subject, plan.get("names")))
        lines += [_operation(entry) for entry in operations]
    if plan["truncated"]:
        lines.append(f"… and {plan['truncated']} more, counted below")
    return lines


def _operation(pair: Json) -> str:
    reasons = because(pair["reasons"])
    if pair.get("existing"):
        return f"  {_EXISTS} {pair['resource']}    {pair['existing']}"
    held = f"    held: {pair['held']}" if pair.get("held") else ""
    return f"  {_sign(pair['kind'])} {pair['resource']}" + (f"    {reasons}" if reasons else "") + held


def _notes(plan: Json) -> list[str]:
    lines = [f"Note: {note}" for note in plan["notes"]]
    if not plan["complete"]:
        lines.append(
            f"Note: only {plan['evaluated']} subjects were checked in the available time; the numbers are for these."
        )
    return lines


def _held(guardrail: Json) -> list[str]:
    if not guardrail["held"]:
        return []
    said = f"Held: {plural(guardrail['held'], 'operation')} would wait for another person's approval."
    return [said, *(f"  because {entry}" for entry in guardrail["reasons"]), *guardrail["held_explanation"]]


def _sign(kind: str) -> str:
    return _SIGNS.get(kind.partition("-")[0], _CHANGED)
