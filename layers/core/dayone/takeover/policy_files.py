"""Write a proposal as the files of a policy, with comments on what each rule stands for and what is odd about it."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from textwrap import indent

from dayone.adoption.policy_text import named_rule, permission_set_rule, yaml_text
from dayone.model.accounts import UNUSABLE, Account
from dayone.model.people import Person
from dayone.model.policy.rules import AccountSelector, Condition, PersonSelector
from dayone.takeover.estate import Estate
from dayone.takeover.proposal import Proposal, ProposedAssignment, ProposedGroup, ProposedSet
from dayone.takeover.selection import NOWHERE, Selected
from dayone.takeover.terraform import NOT_MANAGED, ManagedByTerraform

_LONGEST_COMMENT = 100
# So few beside a rule are odd; more are how it is.
_MOST_ODD = 3


def policy_files(proposal: Proposal, estate: Estate, managed: ManagedByTerraform = NOT_MANAGED) -> Mapping[str, str]:
    """Return the texts of the files by their names; each has a section of the policy.

    A comment says what is `managed` by Terraform.
    """
    files = {
        "permission-sets.yaml": _section(
            "permission_sets", (_permission_set(each, managed) for each in proposal.permission_sets)
        ),
        "groups.yaml": _section("groups", (_group(each, proposal, estate, managed) for each in proposal.groups)),
        "assignments.yaml": _section(
            "assignments", (_assignment(each, proposal, estate) for each in proposal.assignments)
        ),
    }
    heading = f"# What Identity Center had at {_plain(estate.as_of)}, by `dayone import`.\nversion: 1\n"
    return {name: heading + text for name, text in files.items()}


def _section(name: str, rules: Iterable[str]) -> str:
    text = "\n".join(indent(rule, "  ") for rule in rules)
    return f"{name}:\n{text}" if text else ""


def _permission_set(proposed: ProposedSet, managed: ManagedByTerraform) -> str:
    notes = [_count(proposed.rows, "assignment") if proposed.rows else "assigned to nobody by this policy"]
    if proposed.is_outdated:
        notes.append("some accounts still have it in an earlier form")
    notes += [*_decided(proposed.beside), *_terraform(managed.sets.get(proposed.attributes["name"]))]
    rule = permission_set_rule(proposed.key, attributes=proposed.attributes, attached=proposed.attached)
    return _comments(notes) + yaml_text({proposed.key: rule})


def _group(proposed: ProposedGroup, proposal: Proposal, estate: Estate, managed: ManagedByTerraform) -> str:
    rule, pool = proposed.rule, proposal.people
    named, spared = pool.ids_in(rule.named), pool.ids_in(rule.spared)
    selectors = _merged_people(rule.selectors)
    notes = [_count(len(proposed.members), "member"), *_odd(rule, named=len(named), spared=len(spared), what="person")]
    notes += [*_decided(proposed.beside), *_terraform(managed.groups.get(proposed.attributes["name"]))]
    own = named_rule(proposed.key, proposed.attributes)
    body = yaml_text(own) if own else ""
    if any(not selector.conditions for selector in selectors):
        body += "members: everyone\n"
    elif selectors:
        body += f"members:\n{_entries(map(_of_people, selectors))}"
    if named or not selectors:
        listed = _ids(named, estate.people, _about_person)
        body += f"people:\n{indent(listed, '  ')}" if named else "people: []\n"
    excepted = _entries(map(_of_people, rule.sparing))
    excepted += _named_entry(_ids(spared, estate.people, _about_person))
    body += f"except:\n{excepted}" if excepted else ""
    key = yaml_text({proposed.key: 0}).removesuffix(" 0\n")
    return f"{_comments(notes)}{key}\n{indent(body, '  ')}"


def _assignment(proposed: ProposedAssignment, proposal: Proposal, estate: Estate) -> str:
    rule, pool = proposed.rule, proposal.accounts
    named, spared = pool.ids_in(rule.named), pool.ids_in(rule.spared)
    notes = [_count(len(proposed.accounts), "account")]
    if proposed.person:
        notes.append(_about_person(estate.people[proposed.person]))
    notes += _odd(rule, named=len(named), spared=len(spared), what="account")
    recipient = {"person": proposed.person} if proposed.person else {"group": proposed.group}
    body = yaml_text({**recipient, "permission_set": proposed.permission_set})
    entries = _entries(map(_of_accounts, _merged_accounts(rule.selectors)))
    members = [account for account in named if not estate.accounts[account].is_management]
    entries += _named_entry(_ids(members, estate.accounts, _about_account))
    if len(members) < len(named):
        management = [account for account in named if estate.accounts[account].is_management]
        own = _named_entry(_ids(management, estate.accounts, _about_account))
        entries += f"{own}    include_management_account: true\n"
    excepted = _entries(map(_of_accounts, rule.sparing)) + _named_entry(_ids(spared, estate.accounts, _about_account))
    body += f"accounts:\n{entries}" + (f"except:\n{excepted}" if excepted else "")
    return f"{_comments(notes)}- {indent(body, '  ')[2:]}"


def _odd(rule: Selected[object], *, named: int, spared: int, what: str) -> Iterator[str]:
    """Yield what is odd about a rule."""
    if rule.selectors and named:
        beside = "odd: " if named <= _MOST_ODD else ""
        yield f"{beside}{_count(named, what)} beside the rule, by id"
    if spared:
        yield f"odd: {_count(spared, what)} that the rule would mean, and that has not got it"
    if rule.sparing:
        yield "odd: some that the rule would mean have not got it"
    if rule.bound < rule.cost:
        yield f"not proved to be the shortest rule: {rule.cost} parts, at least {rule.bound}"


def _decided(beside: Sequence[str]) -> Iterator[str]:
    """Yield that something has more than the rules give it, if so."""
    if beside:
        yield f"odd: {_count(len(beside), 'row')} that no rule gives; `dayone changes adopt` decides that it stays"


def _terraform(address: str | None) -> Iterator[str]:
    if address:
        yield f"Terraform manages it as {_plain(address)}"


def _entries(entries: Iterable[Mapping[str, object]]) -> str:
    return "".join(indent(yaml_text([entry], is_short=True), "  ") for entry in entries)


def _named_entry(listed: str) -> str:
    return f"  - id:\n{indent(listed, '      ')}" if listed else ""


def _ids[F](ids: Iterable[str], facts: Mapping[str, F], about: Callable[[F], str]) -> str:
    # Ids have no character that YAML reads otherwise between double quotes.
    return "".join(f'- "{each}" # {about(facts[each])}\n' for each in ids)


def _about_person(person: Person) -> str:
    # A policy knows people by their HR id; it is read by many.
    return _plain(", ".join(text for text in (person.title, person.department) if text))


def _about_account(account: Account) -> str:
    state = f", {account.state}" if account.state in UNUSABLE else ""
    return _plain(f"{account.name}, {account.ou_path}{state}")


def _plain(text: str) -> str:
    """Return a text that stays a comment: on one line, without what cannot be seen."""
    shown = "".join(char if char.isprintable() else " " for char in text)
    return f"{shown[:_LONGEST_COMMENT]}…" if len(shown) > _LONGEST_COMMENT else shown


def _count(number: int, what: str) -> str:
    plural = {"person": "people"}.get(what, f"{what}s")
    return f"{number} {what if number == 1 else plural}"


def _comments(notes: Sequence[str]) -> str:
    return "".join(f"# {note}\n" for note in notes)


def _merged_people(selectors: Sequence[PersonSelector]) -> list[PersonSelector]:
    """Return selectors by one attribute each, with all its values, and the others."""
    values: dict[str, tuple[str, ...]] = {}
    others: list[PersonSelector] = []
    for selector in selectors:
        if len(selector.conditions) == 1:
            (condition,) = selector.conditions
            values[condition.attribute] = (*values.get(condition.attribute, ()), *condition.any_of)
        else:
            others.append(selector)
    merged = [
        PersonSelector((Condition(attribute, any_of=tuple(sorted(of))),), NOWHERE) for attribute, of in values.items()
    ]
    return [*merged, *others]


def _merged_accounts(selectors: Sequence[AccountSelector]) -> list[AccountSelector]:
    """Return selectors by unit alone, by name alone and by one tag alone, each with all its values, and the others."""
    merged: dict[str, AccountSelector] = {}
    others: list[AccountSelector] = []
    for selector in selectors:
        kind = _alone(selector)
        if not kind:
            others.append(selector)
        elif kind not in merged:
            merged[kind] = selector
        else:
            first = merged[kind]
            tags = tuple(
                replace(tag, any_of=tuple(sorted((*tag.any_of, *second.any_of))))
                for tag, second in zip(first.tags, selector.tags, strict=True)
            )
            names, ous = (
                tuple(sorted(both)) for both in ((*first.names, *selector.names), (*first.ous, *selector.ous))
            )
            merged[kind] = replace(first, names=names, ous=ous, tags=tags)
    return [*merged.values(), *others]


def _alone(selector: AccountSelector) -> str:
    """Return the only thing that a selector asks for, or empty."""
    values = [tag for tag in selector.tags if tag.any_of]
    kinds = [f"tag {tag.attribute}" for tag in values] + [
        f"has {tag.attribute}" for tag in selector.tags if tag.present
    ]
    kinds += ["name"] * bool(selector.names) + ["ou"] * bool(selector.ous)
    return kinds[0] if len(kinds) == 1 else ""


def _of_people(selector: PersonSelector) -> dict[str, object]:
    return {condition.attribute: _texts(condition) for condition in selector.conditions}


def _of_accounts(selector: AccountSelector) -> dict[str, object]:
    conditions = {"name": selector.names, "ou": selector.ous}
    entry: dict[str, object] = {name: _value_of(values) for name, values in conditions.items() if values}
    if selector.tags:
        entry["tags"] = {tag.attribute: {"present": True} if tag.present else _texts(tag) for tag in selector.tags}
    return entry


def _texts(condition: Condition) -> str | list[str]:
    return _value_of(condition.any_of)


def _value_of(values: Sequence[str]) -> str | list[str]:
    return values[0] if len(values) == 1 else list(values)
