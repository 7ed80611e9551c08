"""Identity Center's contents, and what the outside drew, in the oracle's plain words."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from dayone.model.accounts import Account
from dayone.model.operations import Operation
from dayone.model.subjects import ResourceKind, SubjectKind
from dayone.ports.identity_center import AssignmentKey
from tests.fakes.sso.identity_center import StoredSet
from tests.simulation.oracle import policy_text
from tests.simulation.oracle.facts import (
    AccountFact,
    Facts,
    Form,
    Item,
    Snapshot,
    assignment,
    group_of,
    membership,
    set_of,
    user,
)
from tests.simulation.oracle.policy_text import document

if TYPE_CHECKING:
    from tests.simulation.simulation import Simulation


def snapshot(world: "Simulation") -> Snapshot:
    """Return what is there, but for what is others' own; a user's display name says whose it is."""
    center, people = world.aws.center, _people(world)
    users: dict[str, list[Mapping[str, str]]] = {}
    for identifier, record in center.users.items():
        if identifier not in world.foreign:
            users.setdefault(people[identifier], []).append(record)
    items = {user(person) for person in users}
    items |= {group_of(stored.name) for stored in center.groups.values()}
    items |= {set_of(stored.name) for stored in center.permission_sets.values()}
    items |= {
        membership(people[user_id], center.groups[group_id].name)
        for name, (group_id, user_id) in center.memberships.items()
        if name not in world.foreign
    }
    items |= {_assigned(key, world, people=people) for key in center.assignments - world.foreign_assignments}
    return Snapshot(
        items=frozenset(items - {group_of("break-glass"), set_of("Emergency")}),
        users=users,
        descriptions={stored.name: stored.description for stored in center.groups.values()},
        sets={stored.name: form_in(stored) for stored in center.permission_sets.values()},
    )


def _people(world: "Simulation") -> dict[str, str]:
    """Return the HR id of each user: each person has a display name of their own."""
    names = {
        record.attributes["display_name"]: person
        for person, records in world.outside.facts.records.items()
        for record in records
    }
    users = world.aws.center.users.items()
    return {identifier: names.get(record["display_name"], record["display_name"]) for identifier, record in users}


def _assigned(key: AssignmentKey, world: "Simulation", *, people: dict[str, str]) -> Item:
    center = world.aws.center
    permission_set = center.permission_sets[key.permission_set_arn].name
    if key.principal_id in people:
        return assignment(key.account_id, permission_set, f"person:{people[key.principal_id]}")
    return assignment(key.account_id, permission_set, f"group:{center.groups[key.principal_id].name}")


def form_in(stored: StoredSet) -> Form:
    """Return a permission set's form as it is in Identity Center."""
    return Form(
        description=stored.attributes.get("description", ""),
        session=stored.attributes.get("session_duration", "PT1H"),
        relay_state=stored.attributes.get("relay_state", ""),
        managed=frozenset(stored.managed_policies),
        customer=frozenset(stored.customer_policies),
        inline=document(stored.inline_policy),
        boundary=stored.boundary,
        tags=tuple(sorted(stored.tags.items())),
    )


def account_fact(account: Account) -> AccountFact:
    """Return an account as Organizations describes it; no unit of a simulated world has a slash in its name."""
    return AccountFact(
        id=account.id,
        name=account.name,
        state=str(account.state),
        path=tuple(name for name in account.ou_path.split("/") if name),
        unit_ids=account.ou_ids,
        tags=account.tags,
        is_management=account.is_management,
    )


def item_of(operation: Operation) -> Item | None:
    """Return what an operation that is shown to people is about, by the keys that it names; None for guardrails."""
    name, subject = operation.resource.name, operation.subject
    match operation.resource.kind:
        case ResourceKind.MEMBERSHIP:
            return membership(subject.name, name)
        case ResourceKind.ASSIGNMENT:
            permission_set, _, principal = name.partition("/")
            person = principal.startswith("person:")
            return assignment(subject.name, permission_set, principal if person else f"group:{principal}")
        case _ if subject.kind is SubjectKind.PERSON:
            return user(subject.name)
        case _ if subject.kind is SubjectKind.GROUP:
            return group_of(subject.name)
        case _ if subject.kind is SubjectKind.PERMISSION_SET:
            return set_of(subject.name)
    return None


def items_of(operation: Operation, facts: Facts) -> Iterator[Item]:
    """Yield what an operation that is shown to people is about, by every name that a policy has had for the keys."""
    if item := item_of(operation):
        yield item
        for policy in map(policy_text.read, dict.fromkeys(facts.sent)):
            yield _called(item, policy)


def _called(item: Item, policy: policy_text.Rule) -> Item:
    groups, sets = policy_text.groups(policy), policy_text.sets(policy)
    match item.kind, item.names:
        case "membership", (person, group):
            return membership(person, policy_text.called(groups, group))
        case "group", (group,):
            return group_of(policy_text.called(groups, group))
        case "set", (permission_set,):
            return set_of(policy_text.called(sets, permission_set))
        case "assignment", (account, permission_set, principal):
            kind, _, name = principal.partition(":")
            whom = policy_text.called(groups, name) if kind == "group" else name
            return assignment(account, policy_text.called(sets, permission_set), f"{kind}:{whom}")
        case _:
            return item


def refused_by_aws(world: "Simulation") -> Iterator[Item]:
    """Yield what the model of AWS has refused for good, as far as it still has a name."""
    center, people = world.aws.center, _people(world)
    for key in world.aws.refused:
        arn = str(getattr(key, "permission_set_arn", key))
        if arn not in center.permission_sets:
            continue
        if isinstance(key, str):
            yield set_of(center.permission_sets[arn].name)
        elif isinstance(key, AssignmentKey) and key.principal_id in {*center.groups, *people}:
            yield _assigned(key, world, people=people)
