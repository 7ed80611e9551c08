"""Versions of the policy as they are kept, for the tests of the API."""

from dayone.model.policy.context import PolicyVersion
from tests.fakes.table.state import State
from tests.functions.access_api.state import CHANGE, NOW
from tests.functions.access_api.world import load

ACTOR = "arn:aws:iam::111122223333:role/ops"


def uploaded() -> str:
    """The text that `events/access_api/submit_policy.json` uploads."""
    return str(load("submit_policy")["body"])


def keep(state: State, *texts: str, in_force: int) -> None:
    """Keep the texts as versions from 1 on, and put one of them in force."""
    for number, text in enumerate(texts, start=1):
        change = f"{CHANGE[:-1]}{number}"
        state.kept_policies[number] = PolicyVersion(
            version=number, text=text, file="policy.yaml", actor=ACTOR, at=NOW, change=change, names=("policy.yaml",)
        )
    state.policy_in_force = in_force
