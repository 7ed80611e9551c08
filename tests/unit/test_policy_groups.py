"""What a policy may say of groups and their members."""

import pytest

from tests.unit.policy_texts import findings_of


@pytest.mark.parametrize(
    ("members", "finding"),
    [
        ("[{departement: X}]", "groups.staff.members[0]: unknown key `departement`; did you mean `department`?"),
        ("[{salary: X}]", "groups.staff.members[0]: unknown key `salary`; known are `cost_centre`, `department`"),
        ("[{}]", "groups.staff.members[0]: selects nobody: name an attribute, or say `everyone`"),
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
