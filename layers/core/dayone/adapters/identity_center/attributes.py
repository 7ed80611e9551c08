"""The attributes of users and groups in our words and in those of the Identity Store."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

# Source: Identity Store API, CreateUser and CreateGroup (members), UpdateUser and UpdateGroup (AttributePath).
_PATHS_OF_A_USER = {
    "user_name": "userName",
    "display_name": "displayName",
    "given_name": "name.givenName",
    "family_name": "name.familyName",
    "email": "emails",
    "title": "title",
}
_PATHS_OF_A_GROUP = {"name": "displayName", "description": "description"}


def new_user(attributes: Mapping[str, str]) -> Any:  # noqa: ANN401 - keyword arguments of a boto3 method
    """Return the parameters of CreateUser for these attributes, without empty ones, which AWS refuses."""
    given = {name: text for name, text in attributes.items() if text}
    plain = {"user_name": "UserName", "display_name": "DisplayName", "title": "Title"}
    names = {"given_name": "GivenName", "family_name": "FamilyName"}
    request: dict[str, Any] = {member: given[word] for word, member in plain.items() if word in given}
    if full_name := {member: given[word] for word, member in names.items() if word in given}:
        request["Name"] = full_name
    if "email" in given:
        request["Emails"] = [{"Value": given["email"], "Type": "work", "Primary": True}]
    return request


def new_group(attributes: Mapping[str, str]) -> Any:  # noqa: ANN401 - keyword arguments of a boto3 method
    """Return the parameters of CreateGroup for these attributes, without an empty description, which AWS refuses."""
    described = {"Description": attributes["description"]} if attributes.get("description") else {}
    return {"DisplayName": attributes["name"], **described}


def changes_of_user(attributes: Mapping[str, str]) -> Any:  # noqa: ANN401 - the stubs have a type for this alone
    """Return the Operations of UpdateUser that set these attributes; an empty text unsets one.

    A complex attribute is replaced whole, with keys in camel case, and an operation without a value unsets.
    """
    return [{"AttributePath": _PATHS_OF_A_USER[word], **_value(word, text)} for word, text in attributes.items()]


def changes_of_group(attributes: Mapping[str, str]) -> Any:  # noqa: ANN401 - the stubs have a type for this alone
    """Return the Operations of UpdateGroup that set these attributes; an empty text unsets one."""
    return [{"AttributePath": _PATHS_OF_A_GROUP[word], **_value(word, text)} for word, text in attributes.items()]


def words_of_user(user: Mapping[str, Any]) -> Mapping[str, str]:
    """Return the attributes of a user as DescribeUser answers, without missing ones."""
    return {word: text for word, text in _words(user) if text}


def words_of_group(group: Mapping[str, Any]) -> Mapping[str, str]:
    """Return the attributes of a group as DescribeGroup answers; a missing description is empty."""
    return {"name": group["DisplayName"], "description": group.get("Description", "")}


def _value(word: str, text: str) -> dict[str, Any]:
    if not text:
        return {}
    if word == "email":
        return {"AttributeValue": [{"value": text, "type": "work", "primary": True}]}
    return {"AttributeValue": text}


def _words(user: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    name = user.get("Name", {})
    yield "user_name", user.get("UserName", "")
    yield "display_name", user.get("DisplayName", "")
    yield "given_name", name.get("GivenName", "")
    yield "family_name", name.get("FamilyName", "")
    yield "email", _primary(user.get("Emails", []))
    yield "title", user.get("Title", "")


def _primary(emails: Iterable[Mapping[str, Any]]) -> str:
    # AWS holds one address at most, so the first is the primary one.
    return next((str(email.get("Value", "")) for email in emails), "")
