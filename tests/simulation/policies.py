"""Policies to draw from: few enough texts that each is read once, different enough to move people and accounts."""

from random import Random

DEPARTMENTS = ("Engineering", "Data", "Sales")
_GROUPS = {
    "engineers": "members: [{department: Engineering}]",
    "analysts": "members: [{department: [Data, Engineering], title: {not: '*Intern*'}}]",
    "sellers": "members: [{department: Sales}], people: [e-1]",
    "staff": "members: everyone, except: [{id: e-2}]",
}
_DESCRIPTIONS = ("", "description: as it was, ")
_SETS = {
    "ViewOnly": (
        "managed_policies: [ViewOnlyAccess], session_duration: PT8H",
        "managed_policies: [ReadOnlyAccess], session_duration: PT8H",
        "managed_policies: [ViewOnlyAccess], permissions_boundary: {managed_policy: ReadOnlyAccess}",
    ),
    "Admin": (
        "managed_policies: [AdministratorAccess], session_duration: PT1H, tags: {owner: platform}",
        "managed_policies: [PowerUserAccess], description: less",
    ),
}
GROUPS, SETS = tuple(_GROUPS), tuple(_SETS)
_PLACES = ("/Workloads/**", "/Workloads/Dev", "/Sandboxes/**")
_LIMITS = ("{percent: 10, at_least: 5}", "{percent: 0, at_least: 1}", "{percent: 50, at_least: 5}")


def draw_policy(random: Random) -> str:
    """A whole policy as text; now and then one that gives nobody anything."""
    if random.random() < 0.03:
        return "version: 1\n"
    groups = random.sample(sorted(_GROUPS), k=random.choice((1, 2, 2, 3)))
    sets = random.sample(sorted(_SETS), k=random.choice((1, 1, 2)))
    lines = ["version: 1", "groups:"]
    lines += [f"  {group}: {{{random.choice(_DESCRIPTIONS)}{_GROUPS[group]}}}" for group in groups]
    lines.append("permission_sets:")
    lines += [f"  {name}: {{{random.choice(_SETS[name])}}}" for name in sets]
    lines.append("assignments:")
    for group in groups:
        if random.random() < 0.8:
            lines.append(_assignment(f"group: {group}", random.choice(sets), random.choice(_PLACES)))
    lines.append(_assignment("group: " + groups[0], sets[0], "/Workloads/**"))
    if random.random() < 0.5:
        lines.append(_assignment("person: e-1", random.choice(sets), random.choice(_PLACES)))
    lines += ["guardrails:", f"  removals: {random.choice(_LIMITS)}"]
    if random.random() < 0.15:
        lines.append("  protect: {people: [e-3]}")
    return "\n".join(dict.fromkeys(lines)) + "\n"


def _assignment(principal: str, permission_set: str, place: str) -> str:
    return f"  - {{{principal}, permission_set: {permission_set}, accounts: [{{ou: '{place}'}}]}}"
