"""A secret that a template has generated is of the kinds of characters it asks for, or is refused, as on AWS."""

import json
import string

import pytest

from sandbox.ministack.generated_secrets import random_password, secret_string


def test_a_kind_that_is_excluded_is_not_in_it() -> None:
    password = random_password({"PasswordLength": 200, "ExcludePunctuation": "true"})
    assert len(password) == 200
    assert set(password) <= set(string.ascii_letters + string.digits)


@pytest.mark.parametrize("kind", [string.ascii_lowercase, string.ascii_uppercase, string.digits, string.punctuation])
def test_each_kind_that_is_not_excluded_is_in_it(kind: str) -> None:
    assert set(random_password({"PasswordLength": 4})) & set(kind)


@pytest.mark.parametrize("kind", [string.ascii_lowercase, string.ascii_uppercase, string.digits, string.punctuation])
def test_a_kind_is_not_excluded_character_by_character(kind: str) -> None:
    with pytest.raises(ValueError, match="All characters of the desired type have been excluded"):
        random_password({"ExcludeCharacters": kind})


def test_a_kind_may_be_excluded_so_where_not_each_is_required() -> None:
    password = random_password({"ExcludeCharacters": string.punctuation, "RequireEachIncludedType": False})
    assert not set(password) & set(string.punctuation)


def test_a_password_stands_in_its_template() -> None:
    recipe = {"SecretStringTemplate": '{"user": "hr"}', "GenerateStringKey": "key", "PasswordLength": 8}
    made = json.loads(secret_string({"GenerateSecretString": recipe}))
    assert made["user"] == "hr"
    assert len(made["key"]) == 8


def test_what_a_template_has_in_full_is_taken_as_it_is() -> None:
    assert secret_string({"SecretString": "mine"}) == "mine"
