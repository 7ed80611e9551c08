"""The plan of the first policy of an estate: it takes on what exists, and does nothing else."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from dayone_cli.output.words import plural

type Json = Mapping[str, Any]

# The words of a plan about what exists already.
_TAKEN_ON, _LEFT = "would be taken on", "exists, and would be left as it is"
_NOT_ALL = "not everybody was planned for in the time that the API has"


def first_plan(plan: Json) -> dict[str, Any]:
    """Return what is left of a response of POST /v1/plan.

    `adopted` operations take on what exists, `undecided` wait for the decision to adopt something, `unlisted` are
    creations of what the inventory has, beyond those that the API lists, and `changes` are all others, and why the plan
    is none. A list that was cut off before the last of these proves nothing about the rest, which are a change.
    """
    left = {each["subject"] for each in plan["operations"] if _exists(each).startswith(_LEFT)}
    adopted, undecided, changes = 0, list[str](), list[str]()
    for each in plan["operations"]:
        text = f"{each['kind']} {each['subject']} {each['resource']}"
        if _exists(each).endswith(_TAKEN_ON):
            adopted += 1
        elif left & {each["subject"], *_needed(each["resource"])}:
            undecided.append(text)
        else:
            changes.append(text)
    unlisted: Counter[str] = Counter(plan["counts"])
    unlisted -= Counter(each["kind"] for each in plan["operations"])
    changes += [f"{number} times {kind}" for kind, number in unlisted.items() if not kind.startswith("create-")]
    if rest := plan.get("truncated_new", plan["truncated"]):
        changes.append(
            f"{plural(rest, 'operation')} more, which the plan does not list and the inventory does not have"
        )
    changes += [*plan["errors"], *([] if plan["complete"] else [_NOT_ALL])]
    return {"adopted": adopted, "undecided": undecided, "unlisted": unlisted.total(), "changes": changes}


def first_plan_lines(answer: Json) -> Sequence[str]:
    """Return the lines for an answer whose `plan` is one of these, or None."""
    plan = answer["plan"]
    if plan is None or plan["changes"]:
        return []
    takes = plural(plan["adopted"], "operation takes", "operations take")
    lines = [f"Day One would change nothing in Identity Center: {takes} on what exists."]
    if undecided := plan["undecided"]:
        first = f"{plural(len(undecided), 'operation')}, such as {undecided[0]}"
        lines.append(f"Left alone until `dayone changes adopt` decides: {first}.")
    if plan["unlisted"]:
        lines.append(
            f"Compared with the inventory alone: {plural(plan['unlisted'], 'creation')} that the plan does not list."
        )
    return lines


def _exists(operation: Json) -> str:
    return operation["existing"] or ""


def _needed(name: str) -> Iterator[str]:
    """Yield the group of a membership, or the permission set and the group of an assignment."""
    from dayone.model.subjects import Resource, ResourceKind, assignment_in

    resource = Resource.parse(name)
    if resource.kind is ResourceKind.MEMBERSHIP:
        yield f"group:{resource.name}"
    if resource.kind is ResourceKind.ASSIGNMENT:
        assignment = assignment_in(resource)
        yield from (f"permission-set:{assignment.permission_set}", f"group:{assignment.principal.group}")
