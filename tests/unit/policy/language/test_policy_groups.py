"""Groups and their members in a policy."""

import pytest

from dayone.model.policy.rules import Condition, Location
from tests.unit.policy_texts import findings_of, read


@pytest.mark.parametrize(
    ("members", "finding"),
    [
        ("[{departement: X}]", "groups.staff.members[0]: unknown key `departement`; did you mean `department`?"),
        ("[{salary: X}]", "groups.staff.members[0]: unknown key `salary`; known are `cost_centre`, `department`"),
        ("[{}]", "groups.staff.members[0]: selects no people: name an attribute, or use `everyone`"),
        ("all", "groups.staff.members: must be a list"),
        ("[{department: 7}]", "groups.staff.members[0].department: must be text, but YAML reads 7 as a number"),
        ("[{department: {a: b}}]", "members[0].department: unknown key `a`; known are `any`, `not`, `present`"),
        (
            "[{department: [7]}]",
            "groups.staff.members[0].department[0]: must be text, but YAML reads 7 as a number; put",
        ),
        (
            "[{department: [no]}]",
            "department[0]: must be text, but YAML reads no as a yes or no; put it in quotes: 'no'",
        ),
        ("[{department: }]", "groups.staff.members[0].department: has no value; give it one"),
        ("[{department: {}}]", "groups.staff.members[0].department: asks for nothing: give a glob"),
        ("[{department: {not: ~}}]", "groups.staff.members[0].department.not: has no value"),
        ("[{department: {not: 7}}]", "groups.staff.members[0].department.not: must be text, but YAML reads 7"),
        ("[{department: {present: 1}}]", "groups.staff.members[0].department.present: must be `true` or `false`"),
        ("[{department: {present: }}]", "groups.staff.members[0].department.present: has no value"),
        ("[{department: {any: A, present: false}}]", "members[0].department: can never hold: what is not present"),
        ("[{department: {nots: A}}]", "department: unknown key `nots`; did you mean `not`?"),
        ("[{start_date: 2026-01-01}]", "groups.staff.members[0].start_date: is a date: ask `{reached: true}`"),
        ("[{start_date: {}}]", "groups.staff.members[0].start_date: asks for nothing: give `reached`"),
        ("[{start_date: {reached: false}}]", "groups.staff.members[0].start_date.reached: must be a whole number"),
        ("[{start_date: {reached: '3'}}]", "groups.staff.members[0].start_date.reached: must be a whole number"),
        ("[{start_date: {reached: 3651}}]", "groups.staff.members[0].start_date.reached: must be at most 3,650"),
        ("[{start_date: {reached: -3651}}]", "groups.staff.members[0].start_date.reached: must be at least -3,650"),
        ("[{start_date: {any: X}}]", "start_date: unknown key `any`; known are `not_reached`, `present`, `reached`"),
        ("[{end_date: {reached: 3, not_reached: 3}}]", "end_date: can never hold: `not_reached` must be more days"),
        ("[{end_date: {present: false, reached: 3}}]", "end_date: can never hold: what is not present"),
        ("[{department: []}]", "groups.staff.members[0].department: is empty; name at least one"),
        ("[{department: ' '}]", "groups.staff.members[0].department: is empty"),
    ],
)
def test_members_that_cannot_be_meant_are_refused(members: str, finding: str) -> None:
    (found,) = findings_of(f"version: 1\ngroups: {{staff: {{members: {members}}}}}\n")
    assert finding in found


@pytest.mark.parametrize("name", ["a/b", "a#b", "'a\\tb'", "x" * 129, "' a'", "''", '"a\\u202eb"', "AWSAdministrators"])
def test_a_group_name_that_cannot_be_kept_apart_or_created_is_refused(name: str) -> None:
    name = name.replace("'a\\tb'", '"a\\tb"')
    (found,) = findings_of(f"version: 1\ngroups:\n  {name}: {{members: []}}\n")
    assert found.startswith("policy.yaml:3:3: groups.")


def test_group_names_that_differ_in_case_only_are_refused() -> None:
    (found,) = findings_of("version: 1\ngroups:\n  Staff: {members: []}\n  staff: {members: []}\n")
    assert found.startswith("policy.yaml:4:3: groups.staff: differs from `Staff` at policy.yaml:3 in letter case only")


@pytest.mark.parametrize(
    ("written", "condition"),
    [
        ("department: Data", Condition("department", any_of=("Data",))),
        ("department: [Data, 'Eng*']", Condition("department", any_of=("Data", "Eng*"))),
        ("department: {any: Data}", Condition("department", any_of=("Data",))),
        ("title: {not: '*Intern*'}", Condition("title", none_of=("*Intern*",))),
        ("title: {any: [A, B], not: [C, D]}", Condition("title", any_of=("A", "B"), none_of=("C", "D"))),
        ("manager: {present: true}", Condition("manager", present=True)),
        ("manager: {present: false}", Condition("manager", present=False)),
        ("manager: {present: true, not: boss}", Condition("manager", none_of=("boss",), present=True)),
        ("start_date: {reached: true}", Condition("start_date", reached=0)),
        ("start_date: {reached: 0}", Condition("start_date", reached=0)),
        ("start_date: {reached: -3}", Condition("start_date", reached=-3)),
        ("start_date: {not_reached: true}", Condition("start_date", not_reached=0)),
        ("end_date: {not_reached: 30}", Condition("end_date", not_reached=30)),
        (
            "end_date: {reached: 1, not_reached: 2, present: true}",
            Condition("end_date", present=True, reached=1, not_reached=2),
        ),
        ("start_date: {present: false}", Condition("start_date", present=False)),
    ],
)
def test_conditions_mean_what_they_say(written: str, condition: Condition) -> None:
    (group,) = read(f"version: 1\ngroups: {{staff: {{members: [{{{written}}}]}}}}\n").groups
    assert group.members[0].conditions == (condition,)


def test_conditions_have_the_same_order_however_they_are_written() -> None:
    rule, other = read("""\
        version: 1
        groups:
          one: {members: [{title: A, department: B}]}
          other: {members: [{department: B, title: A}]}
        """).groups
    assert rule.members[0].conditions == other.members[0].conditions


def test_a_group_has_a_name_people_and_exceptions_each_with_its_line() -> None:
    (group,) = read("""\
        version: 1
        groups:
          eng:
            name: Engineers / all
            people:
              - e-1
              - e-2
            except:
              - {employment: contractor}
        """).groups
    assert (group.name, group.called, group.members) == ("eng", "Engineers / all", ())
    assert group.people == {"e-1": Location("policy.yaml", 6), "e-2": Location("policy.yaml", 7)}
    (exception,) = group.exceptions
    assert exception.conditions == (Condition("employment", any_of=("contractor",)),)
    assert exception.location == Location("policy.yaml", 9)


@pytest.mark.parametrize(
    ("body", "finding"),
    [
        ("{}", "groups.staff: has no members: add `members` or `people`"),
        ("{description: x}", "groups.staff: has no members"),
        ("{members: }", "groups.staff.members: has no value"),
        ("{people: [e-1, e-1]}", "groups.staff.people: has `e-1` twice"),
        ("{people: [a b]}", "groups.staff.people[0]: `a b` is not a person's HR id"),
        ("{people: e-1}", "groups.staff.people: must be a list"),
        ("{people: [7]}", "groups.staff.people[0]: must be text, but YAML reads 7 as a number"),
        ("{members: [], except: []}", "groups.staff.except: is empty; name at least one"),
        ("{members: [], except: everyone}", "groups.staff.except: must be a list"),
        ("{members: [], except: [{}]}", "groups.staff.except[0]: selects no people"),
        ("{members: [], except: [{departement: X}]}", "except[0]: unknown key `departement`; did you mean"),
        ("{members: [], excepts: []}", "groups.staff: unknown key `excepts`; did you mean `except`?"),
        ("{members: [], name: ''}", "groups.staff.name: is not a display name"),
        ('{members: [], name: "a\\tb"}', "groups.staff.name: is not a display name"),
        (f"{{members: [], name: {'x' * 1025}}}", "groups.staff.name: is not a display name"),
        ("{members: [], name: awsadministrators}", "groups.staff.name: `awsadministrators` is reserved by AWS"),
        (f"{{members: [], description: {'x' * 1025}}}", "groups.staff.description: has 1,025 characters"),
    ],
)
def test_a_group_that_cannot_be_meant_or_created_is_refused(body: str, finding: str) -> None:
    (found,) = findings_of(f"version: 1\ngroups:\n  staff: {body}\n")
    assert finding in found


def test_a_key_that_would_be_taken_for_a_person_is_refused() -> None:
    (found,) = findings_of("version: 1\ngroups:\n  'person:e-1': {members: []}\n")
    assert "groups.person:e-1: begins with `person:`" in found


@pytest.mark.parametrize("second", ["name: staff", "name: Crew", "name: STAFF"])
def test_two_groups_of_one_name_in_identity_center_are_refused(second: str) -> None:
    first = "name: crew" if "Crew" in second else "description: x"
    (found,) = findings_of(
        f"version: 1\ngroups:\n  staff: {{members: [], {first}}}\n  people: {{members: [], {second}}}\n"
    )
    assert found.startswith("policy.yaml:4:25: groups.people: has the name of `staff` at policy.yaml:3 in AWS")


def test_a_key_may_be_the_former_name_of_another_group() -> None:
    assert len(read("version: 1\ngroups: {a: {members: [], name: b}, b: {members: [], name: a}}\n").groups) == 2


def test_a_group_is_protected_by_its_key_or_by_its_name_in_any_letter_case() -> None:
    policy = read("""\
        version: 1
        groups:
          glass: {name: Break Glass, members: []}
          Root: {members: []}
          staff: {members: []}
        guardrails: {protect: {groups: [break glass, root, elsewhere]}}
        """)
    assert policy.protection.groups == {"break glass", "root", "elsewhere", "glass", "Root"}
