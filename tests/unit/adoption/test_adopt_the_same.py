"""Equality of existing and desired resources: JSON by its meaning, people's names by their letters."""

from dataclasses import replace

import pytest

from tests.builders import PERMISSION_SET, USER, a_person, a_policy, a_set, the_person, the_set
from tests.fakes.sso.identity_center import StoredSet
from tests.unit.world import World

_ARN = "arn:theirs"
_WANTED = '{"Version":"2012-10-17","Statement":[{"MFA":true,"Effect":"Deny","Sid":"a"}]}'


@pytest.mark.parametrize(
    ("theirs", "is_same"),
    [
        ('{"Statement": [{"Sid": "a", "Effect": "Deny", "MFA": true}],\n  "Version": "2012-10-17"}', True),
        ('{"Version": "2012-10-17", "Statement": [{"Sid": "a", "Effect": "Deny", "MFA": 1}]}', False),
        ('{"Version": "2012-10-17", "Statement": [{"Sid": "a", "Effect": "Deny", "MFA": "true"}]}', False),
        # Which of the two counts is AWS's to say.
        (
            '{"Version": "2012-10-17", "Statement": [], "Statement": [{"Sid": "a", "Effect": "Deny", "MFA": true}]}',
            False,
        ),
        ("[" * 10_000, False),
    ],
    ids=["order", "number", "text", "twice", "deep"],
)
def test_an_inline_policy_is_the_same_when_its_json_is(theirs: str, is_same: bool) -> None:  # noqa: FBT001
    world = World()
    world.center.permission_sets[_ARN] = StoredSet("ViewOnly", {"session_duration": "PT8H"}, inline_policy=theirs)
    world.policy_is(a_policy(a_set(managed=(), inline=_WANTED), harmless={"ViewOnly"}))
    world.settle()
    assert (world.applied(the_set(), PERMISSION_SET) is not None) == is_same
    assert world.center.permission_sets[_ARN].inline_policy == theirs


def test_a_letter_in_two_characters_is_the_same_as_in_one() -> None:
    world = World()
    world.center.users["user-theirs"] = {
        "user_name": "e-1@example.com",
        "email": "e-1@example.com",
        "display_name": "Zoe\u0308 Lovelace",
        "given_name": "Zoe\u0308",
        "family_name": "Lovelace",
    }
    world.hr_tells(replace(a_person(), display_name="Zo\u00eb Lovelace", given_name="Zo\u00eb"))
    world.settle()
    applied = world.applied(the_person(), USER)
    assert applied is not None
    assert (applied.adopted, applied.references) == (True, {"user_id": "user-theirs"})
