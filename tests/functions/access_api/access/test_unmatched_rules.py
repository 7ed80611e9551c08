"""POST /v1/plan names every rule and guard of a policy that matches nothing of what is recorded."""

import json
from dataclasses import replace

import pytest

from tests.builders import a_person, an_account
from tests.fakes.sso.directory import MemoryDirectory
from tests.functions.access_api.world import World as Api
from tests.functions.access_api.world import load
from tests.unit.world import World

HEAD = """\
version: 1
groups:
  staff: {members: everyone}
permission_sets: {V: {managed_policies: [ViewOnlyAccess]}}
assignments:
  - {group: staff, permission_set: V, accounts: [{ou: /**}]}
"""
NOBODY, NO_ACCOUNT = "nobody that Day One has recorded", "no account that Day One has recorded"


@pytest.fixture
def world() -> World:
    world = World()
    world.hr_tells(replace(a_person("e-1", department="Sales [EMEA]", title="Engineer"), team="Data Platform"))
    world.hr_tells(a_person("e-2", department="R&D", title="Intern"))
    account = an_account(ou_path="/Workloads/Dev", tags={"env": "dev"})
    world.account_is(replace(account, name="Data Lake [EU]", ou_ids=("ou-ab12-workload1", "ou-ab12-develop12")))
    world.account_is(an_account("111122223333", ou_path="/CI\\/CD"))
    world.settle()
    return world


def planned(text: str, world: World) -> tuple[list[str], list[str]]:
    """The mistakes and the notes that the API answers."""
    api = Api(state=world.state, center=world.center, now=world.now)
    answer = api.send(load("preview_policy") | {"body": json.dumps({"policy": text})})
    assert answer.status == 200, answer.body
    return answer.body["errors"], answer.body["notes"]


def unmatched(text: str, world: World) -> list[str]:
    mistakes, notes = planned(text, world)
    return [note.removeprefix("policy.yaml:") for note in (*mistakes, *notes) if note.startswith("policy.yaml:")]


def members(text: str) -> str:
    return HEAD.replace("staff: {members: everyone}", f"staff: {text}")


def accounts(text: str) -> str:
    return HEAD.replace("[{ou: /**}]", text)


def protect(text: str) -> str:
    return f"{HEAD}guardrails:\n  protect: {text}\n"


@pytest.mark.parametrize(
    ("case", "policy", "note"),
    [
        ("a department", members("{members: [{department: Slaes}]}"), f"3: `Slaes` matches the department of {NOBODY}"),
        (
            "another letter case, blanks and brackets",
            members("{members: [{department: 'sales(emea)'}]}"),
            f"3: `sales(emea)` matches the department of {NOBODY}; did you mean `Sales [EMEA]`?",
        ),
        (
            "a quote at one end",
            members("{members: [{team: “Data*}]}"),
            f"3: `“Data*` matches the team of {NOBODY}; did you mean `Data Platform`?",
        ),
        (
            "a typo",
            members("{members: [{team: Data Platfrom}]}"),
            f"3: `Data Platfrom` matches the team of {NOBODY}; did you mean `Data Platform`?",
        ),
        (
            "one glob of several",
            members("{members: [{department: [Sales*, Dta]}]}"),
            f"3: `Dta` matches the department of {NOBODY}",
        ),
        (
            "what is excluded",
            members("{members: [{title: {not: '*Intrn'}}]}"),
            f"3: `*Intrn` matches the title of {NOBODY}, so `not` excludes nobody by it",
        ),
        (
            "an exception",
            members("{members: everyone, except: [{id: e-3}]}"),
            f"3: `e-3` matches the id of {NOBODY}",
        ),
        ("a person by id", members("{people: [E-1]}"), f"3: `E-1` matches {NOBODY}; did you mean `e-1`?"),
        ("conditions together", members("{members: [{department: S*, title: Intern}]}"), f"3: matches {NOBODY}"),
        ("an attribute that nobody has", members("{members: [{manager: {present: true}}]}"), f"3: matches {NOBODY}"),
        (
            "an account by id",
            accounts("[{id: '444455556667'}]"),
            f"6: id `444455556667` matches {NO_ACCOUNT}; did you mean `444455556666`?",
        ),
        (
            "an account by name",
            accounts("[{name: data lake eu}]"),
            f"6: name `data lake eu` matches {NO_ACCOUNT}; did you mean `Data Lake [EU]`?",
        ),
        (
            "an account by tag",
            accounts("[{tags: {env: 'd e v'}}]"),
            f"6: tag env `d e v` matches {NO_ACCOUNT}; did you mean `dev`?",
        ),
        (
            "an account by tag key",
            accounts("[{tags: {Env: dev}}]"),
            f"6: tag Env `dev` matches {NO_ACCOUNT}; did you mean `env`?",
        ),
        (
            "an account by a tag's absence",
            accounts("[{tags: {env: {not: dv}}}]"),
            f"6: tag env `dv` matches {NO_ACCOUNT}, so `not` excludes none by it",
        ),
        (
            "an account by unit",
            accounts("[{ou: /Workload/**}]"),
            f"6: ou `/Workload/**` matches {NO_ACCOUNT}; did you mean `/Workloads/**`?",
        ),
        (
            "a unit that has accounts below it only",
            accounts("[{ou: /Workloads}]"),
            f"6: ou `/Workloads` matches {NO_ACCOUNT}; did you mean `/Workloads/**`?",
        ),
        (
            "a unit whose name has a slash",
            accounts("[{ou: /CI/CD}]"),
            f"6: ou `/CI/CD` matches {NO_ACCOUNT}; did you mean `/CI\\/CD`?",
        ),
        (
            "an account by the id of a unit",
            accounts("[{ou_id: ou-ab12-develop13}]"),
            f"6: ou_id `ou-ab12-develop13` matches {NO_ACCOUNT}; did you mean `ou-ab12-develop12`?",
        ),
        ("one unit of several", accounts("[{ou: [/**, /Prd]}]"), f"6: ou `/Prd` matches {NO_ACCOUNT}"),
        ("an exception", accounts("[{ou: /**}], except: [{ou: /Prd}]"), f"6: ou `/Prd` matches {NO_ACCOUNT}"),
        (
            "a person who is assigned something",
            HEAD.replace("group: staff, ", "person: e-11, "),
            f"6: `e-11` matches {NOBODY}",
        ),
        ("a second record", HEAD + "people: {same_person: {e-9: e-1}}\n", f"7: `e-9` matches {NOBODY}"),
        (
            "a protected person",
            protect("{people: [E-2]}"),
            "8: `E-2` under `protect.people` protects nothing: there is no such person; did you mean `e-2`?",
        ),
        (
            "a protected user",
            protect("{users: [breakglas]}"),
            "8: `breakglas` under `protect.users` protects nothing: there is no such user",
        ),
        (
            "a protected group",
            protect("{groups: [stafff]}"),
            "8: `stafff` under `protect.groups` protects nothing: there is no such group; did you mean `staff`?",
        ),
        (
            "a protected account",
            protect("{accounts: ['999999999999']}"),
            "8: `999999999999` under `protect.accounts` protects nothing: there is no such account",
        ),
        (
            "a group whose exceptions leave nobody",
            members("{members: [{department: S*}, {title: Intern}], except: [{title: '*n*'}]}"),
            f"3: groups.staff: selects {NOBODY}, because `except` leaves out everybody whom it would select",
        ),
        (
            "everybody, and nobody after all",
            members("{members: everyone, except: [{id: '*'}]}"),
            f"3: groups.staff: selects {NOBODY}, because `except` leaves out everybody whom it would select",
        ),
        (
            "people by id who are left out",
            members("{people: [e-1], except: [{department: 'Sales*'}]}"),
            f"3: groups.staff: selects {NOBODY}, because `except` leaves out everybody whom it would select",
        ),
        (
            "accounts whose exceptions leave none",
            accounts("[{ou: /Workloads/**}], except: [{tags: {env: dev}}]"),
            f"6: accounts: selects {NO_ACCOUNT}, because `except` leaves out all that it would select",
        ),
        (
            "a permission set of no assignment",
            HEAD.replace("{V:", "{W: {managed_policies: [ViewOnlyAccess]}, V:"),
            "4: no assignment gives `W`: only a grant can",
        ),
    ],
)
def test_a_typo_is_named_once_with_its_place_and_what_was_meant(
    case: str, policy: str, note: str, world: World
) -> None:
    (found,) = unmatched(policy, world)
    assert found == note, case


@pytest.mark.parametrize(
    ("case", "policy"),
    [
        ("a name with brackets as it is", members("{members: [{department: 'Sales [EMEA]'}]}")),
        ("another letter case", members("{members: [{department: 'SALES*'}]}")),
        ("an account's name with brackets", accounts("[{name: 'Data Lake [EU]'}]")),
        ("a unit in other letter case", accounts("[{ou: /workloads/dev}]")),
        ("a unit whose name has a slash", accounts("[{ou: '/CI\\/CD'}]")),
        ("exceptions that leave somebody", members("{members: everyone, except: [{title: Intern}]}")),
        ("an exception for a time", members("{members: everyone, except: [{id: '*', end_date: {not_reached: 9}}]}")),
        ("exceptions that leave an account", accounts("[{ou: /**}], except: [{tags: {env: dev}}]")),
        ("a date that is to come", members("{members: [{end_date: {reached: true}}]}")),
        ("a group that is meant to be empty", members("{members: []}")),
        ("a protected group of the policy", protect("{groups: [staff]}")),
        ("a protected group that only Identity Center has", protect("{groups: [break-glass]}")),
        ("a protected user that only Identity Center has", protect("{users: [Root-Admin]}")),
        ("a protected user in other letter case", protect("{users: [E-1@example.com]}")),
        ("a protected person and account", protect("{people: [e-1], accounts: ['444455556666']}")),
    ],
)
def test_what_matches_is_not_named(case: str, policy: str, world: World) -> None:
    directory = MemoryDirectory(world.center)
    directory.create_group({"name": "break-glass", "description": ""})
    directory.create_user({"user_name": "root-admin", "given_name": "A", "family_name": "B", "display_name": "A B"})
    assert unmatched(policy, world) == [], case


def test_the_management_account_that_is_another_is_named(world: World) -> None:
    world.account_is(replace(an_account("777788889999", ou_path="/"), is_management=True))
    world.settle()
    policy = accounts("[{id: '444455556666', include_management_account: true}]")
    says = "`include_management_account` matches no account: the management account is `777788889999`"
    assert unmatched(policy, world) == [f"6: {says}"]


def test_before_anything_is_recorded_it_is_told_once() -> None:
    policy = members("{members: [{department: Sales}, {department: Data}], people: [e-1]}")
    mistakes, notes = planned(policy + "guardrails: {protect: {people: [e-1]}}\n", World())
    assert mistakes == []
    assert notes == ["no people and no accounts are recorded yet, so the rules about them were not checked for typos"]
    assert planned("version: 1\n", World()) == ([], [])


def test_the_management_account_alone_is_no_company_to_try_rules_on() -> None:
    world = World()
    world.account_is(replace(an_account("777788889999", ou_path="/"), is_management=True))
    world.settle()
    _, notes = planned(HEAD, world)
    assert [note for note in notes if not note.startswith("account:")] == [
        "no accounts but the management account are recorded yet, so the rules about them were not checked for typos"
    ]


def test_as_many_notes_as_help_are_listed(world: World) -> None:
    several = ", ".join(f"{{department: Nowhere {number}}}" for number in range(150))
    _, notes = planned(members(f"{{members: [{several}]}}"), world)
    assert len([note for note in notes if note.startswith("policy.yaml:")]) == 100
    assert "and 50 more like these" in notes
