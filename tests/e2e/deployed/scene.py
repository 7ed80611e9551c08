"""Resources before the first policy: users and groups created manually, and an account recorded by Day One."""

from dataclasses import dataclass
from typing import Any

from tests.e2e.deployed import policies
from tests.e2e.deployed.day_one import DayOne
from tests.e2e.deployed.people import somebody
from tests.e2e.deployed.waiting import eventually


@dataclass(frozen=True, kw_only=True)
class Scene:
    """People and groups that existed before, and the API's answers before there was a policy.

    `firefighter` is in break-glass, `old_hand`, whom HR has sent, in Old hands, `loner` in By hand, which no policy
    names.
    """

    firefighter: dict[str, str]
    old_hand: dict[str, str]
    loner: dict[str, str]
    early_account: str
    policy_status: int
    assignments: list[tuple[str, str]]


def set_scene(day_one: DayOne) -> Scene:
    """Make all of it, and end with the shared policy in force."""
    firefighter, old_hand, loner = somebody("Security"), somebody("Legacy"), somebody("Nowhere")
    _make_by_hand(day_one, "break-glass", firefighter)
    _make_by_hand(day_one, "Old hands", old_hand, description=str(policies.OLD_HANDS["description"]))
    _make_by_hand(day_one, "By hand", loner)
    account = day_one.organisation.make_account("early-bird")
    day_one.organisation.move(account, path=("Workloads", "Early"))
    eventually(lambda: _knows_unit(day_one, account))
    scene = Scene(
        firefighter=firefighter,
        old_hand=old_hand,
        loner=loner,
        early_account=account,
        policy_status=day_one.deployed.api.get("/v1/policy").status,
        assignments=day_one.view.assignments(account),
    )
    # A group is taken on with its members only when HR has told of them, and the policy has them in it.
    day_one.told(old_hand)
    day_one.put_in_force(policies.BASE)
    return scene


def _knows_unit(day_one: DayOne, account: str) -> bool:
    path = f"/v1/accounts/{account}"
    return day_one.knows(path) and day_one.get(path)["fact"]["ou_path"] == "/Workloads/Early"


def _make_by_hand(day_one: DayOne, group: str, person: dict[str, str], *, description: str = "") -> None:
    store: Any = day_one.sandbox.client("identitystore")
    where = {"IdentityStoreId": day_one.instance.identity_store_id}
    described = {"Description": description} if description else {}
    group_id = store.create_group(**where, DisplayName=group, **described)["GroupId"]
    user_id = store.create_user(
        **where,
        UserName=person["user_name"],
        DisplayName=person["display_name"],
        Name={"GivenName": person["given_name"], "FamilyName": person["family_name"]},
        Emails=[{"Value": person["email"], "Type": "work", "Primary": True}],
    )["UserId"]
    store.create_group_membership(**where, GroupId=group_id, MemberId={"UserId": user_id})
