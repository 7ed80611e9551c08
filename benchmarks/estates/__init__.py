"""Estates that were made by hand, odd in ways that no generator is: read from the files of this folder."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml

from dayone.model.accounts import AccountState
from dayone.model.people import Status
from dayone.takeover.estate import Estate
from tests.unit.takeover.estates import add_account, add_group, add_person, add_set, an_estate, assign

_FOLDER = Path(__file__).parent


def estates_by_hand() -> Mapping[str, Estate]:
    """Return them by their names."""
    return {
        file.stem: _estate(yaml.safe_load(file.read_text(encoding="utf-8"))) for file in sorted(_FOLDER.glob("*.yaml"))
    }


def _estate(written: Mapping[str, Any]) -> Estate:
    estate = an_estate()
    for name, account in written["accounts"].items():
        add_account(
            estate,
            int(name),
            name=account["name"],
            ou_path=account["unit"],
            tags=account.get("tags", {}),
            state=AccountState(account.get("state", "ACTIVE").upper()),
            is_management=account.get("management", False),
        )
    for name, person in written["people"].items():
        _add_person(estate, name, dict(person))
    for name in written["strangers"]:
        estate.users[f"user-{name}"] = {"user_name": name, "email": f"{name}@stranger.example"}
    groups = {
        name: add_group(estate, name, members=group.get("members", ())) for name, group in written["groups"].items()
    }
    sets = {name: add_set(estate, name) for name in written["sets"]}
    for assignment in written["assignments"]:
        group = assignment.get("group", "")
        assign(
            estate,
            sets[assignment["set"]],
            accounts=assignment["in"],
            group=groups.get(group, group),
            person=assignment.get("person") or assignment.get("user", ""),
        )
    return estate


def _add_person(estate: Estate, name: str, written: dict[str, Any]) -> None:
    """Add a person by their own id; `user` is false, or what their user has otherwise than HR says."""
    user, start = written.pop("user", {}), written.pop("start", None)
    usual = {"user_name": f"{name}@company.example", "email": f"{name}@company.example"}
    status = Status(written.pop("status", "active"))
    added = add_person(
        estate, len(estate.people) + 1, has_user=False, status=status, start_date=start, **{**usual, **written}
    )
    person = estate.people.pop(added)
    estate.people[name] = replace(person, id=name)
    if user is not False:
        words = ("user_name", "email", "given_name", "family_name", "display_name", "title")
        estate.users[f"user-{name}"] = {word: text for word in words if (text := getattr(person, word))} | user
