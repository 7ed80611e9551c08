"""Identity Center with a customer's KMS key, and Day One as delegated administrator: nothing goes without the rights.

Deployed apart from all other tests: prepared for the key (`IdentityCenterKeyArn`) before Identity Center uses it.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from dayone_cli.aws.surroundings import own_findings
from dayone_cli.aws.target import Target
from sandbox import Sandbox
from sandbox.customer_key import make_key, put_in_use
from sandbox.day_one import Deployed, deploy, expect
from sandbox.hr_system import ENDED, HIRED
from sandbox.identity_center_view import IdentityCenterView, instance_of
from tests.e2e.deployed import policies
from tests.e2e.deployed.day_one import BEHAVIOUR
from tests.e2e.deployed.people import somebody
from tests.e2e.deployed.waiting import becomes, eventually

pytestmark = pytest.mark.slow

MANAGEMENT, DELEGATE = "111122223333", "444455556666"


@dataclass(frozen=True, kw_only=True)
class Keyed:
    """Day One where the key is another account's."""

    sandbox: Sandbox
    deployed: Deployed
    key_arn: str
    view: IdentityCenterView

    def hire(self) -> tuple[dict[str, str], str]:
        """Somebody comes; returns them, and the id of the change."""
        person = somebody()
        return person, str(expect(self.deployed.hr.tell(person, event=HIRED), status=202)["change"])

    def is_engineer(self, person: dict[str, str]) -> bool:
        return person["user_name"] in self.view.members("Engineers")

    def becomes_engineer(self, person: dict[str, str], change: str) -> None:
        """Wait until they are; raises AssertionError with what is to be seen of the change that brings them in."""
        try:
            eventually(lambda: self.is_engineer(person))
        except AssertionError:
            seen = self.deployed.api.get(f"/v1/changes/{change}?limit=100").text
            raise AssertionError(f"{person['user_name']} is no engineer: {seen:.3000}") from None

    def trust(self, *statements: dict[str, Any]) -> None:
        """Put into the key's policy what its own account has, and these statements."""
        place = self.sandbox.management
        own = {"Effect": "Allow", "Principal": {"AWS": MANAGEMENT}, "Action": "kms:*", "Resource": "*"}
        document = {"Version": "2012-10-17", "Statement": [own, *statements]}
        place.client("kms", place.administrator).put_key_policy(KeyId=self.key_arn, Policy=json.dumps(document))

    def finding(self, name: str) -> dict[str, str]:
        """Return a finding of the deployed check, with the role of the function."""
        findings = expect(self.deployed.api.get("/v1/settings/check"), status=200)["findings"]
        (finding,) = [finding for finding in findings if finding["name"] == name]
        return dict(finding)

    def operations(self, change: str) -> Any:  # noqa: ANN401 - JSON
        """Return what is to be seen of a change's operations, as soon as it is planned."""
        answer = self.deployed.api.get(f"/v1/changes/{change}?limit=100")
        return [(operation["state"], operation["failure_reason"]) for operation in answer.json().get("operations", [])]

    def denials(self, change: str) -> list[str]:
        """Return KMS's denials of operations of a change that wait to be retried; without any, show the operations."""
        return _denials_in(eventually(lambda: self.operations(change), holds=_denials_in))


def _denials_in(operations: list[tuple[str, str]]) -> list[str]:
    reasons = [reason for state, reason in operations if state == "pending"]
    return [reason for reason in reasons if "is not authorized to perform: kms:" in reason]


@pytest.fixture(scope="module")
def keyed() -> Iterator[Keyed]:
    with Sandbox(account_id=DELEGATE, management_account_id=MANAGEMENT, behaviour=BEHAVIOUR) as sandbox:
        instance, key_arn = instance_of(sandbox), make_key(sandbox, accounts=[MANAGEMENT])
        deployed = deploy(sandbox, instance, key_arn=key_arn)
        headers = {"content-type": "application/yaml"}
        policy = policies.text_of(policies.UNPROTECTED)
        expect(deployed.api.send("PUT", "/v1/policy", body=policy, headers=headers), status=202)
        view = IdentityCenterView(sandbox, instance)
        yield Keyed(sandbox=sandbox, deployed=deployed, key_arn=key_arn, view=view)


@pytest.fixture(scope="module")
def pasted(keyed: Keyed) -> str:
    """The statement that the check printed; somebody was hired before it was in the key's policy, and came in after."""
    keyed.becomes_engineer(*keyed.hire())
    assert keyed.finding("identity-center-key")["state"] == "warning"
    # Without this right nobody is planned as soon as what the planner has read a minute ago is out of date.
    planner = f"arn:aws:iam::{DELEGATE}:role/{keyed.deployed.stack.resources['PlanChangesRole']}"
    keyed.trust({"Effect": "Allow", "Principal": {"AWS": planner}, "Action": "kms:Decrypt", "Resource": "*"})
    put_in_use(keyed.sandbox, keyed.key_arn)
    waiting, change = keyed.hire()
    assert keyed.denials(change)
    assert keyed.finding("identity-center-key")["state"] == "ok"
    lacking = keyed.finding("identity-center-key-policy")
    assert (lacking["state"], "KMS_A" in lacking["message"]) == ("error", True)
    keyed.trust(json.loads(lacking["snippet"]))
    keyed.becomes_engineer(waiting, change)
    return lacking["snippet"]


def test_what_was_denied_is_done_as_soon_as_the_key_s_policy_has_the_statement(keyed: Keyed, pasted: str) -> None:
    assert json.loads(pasted)["Principal"] == {"AWS": f"arn:aws:iam::{DELEGATE}:root"}
    person, change = keyed.hire()
    keyed.becomes_engineer(person, change)
    expect(keyed.deployed.hr.tell(person, event=ENDED), status=202)
    assert becomes(lambda: keyed.is_engineer(person), wanted=False)


def test_a_role_without_the_right_is_denied_until_it_has_it(keyed: Keyed, pasted: str) -> None:
    assert pasted
    iam, role = keyed.sandbox.client("iam"), keyed.deployed.stack.resources["ExecuteOperationsRole"]
    named = {"RoleName": role, "PolicyName": "customer-managed-key"}
    whole = iam.get_role_policy(**named)["PolicyDocument"]
    read = [{**statement, "Action": ["kms:Decrypt"]} for statement in whole["Statement"]]
    iam.put_role_policy(**named, PolicyDocument=json.dumps({**whole, "Statement": read}))
    try:
        person, change = keyed.hire()
        (reason,) = keyed.denials(change)
        assert f"kms:Encrypt on resource: {keyed.key_arn} because no identity-based policy" in reason
        assert person["user_name"] not in keyed.view.users()
    finally:
        iam.put_role_policy(**named, PolicyDocument=json.dumps(whole))
    keyed.becomes_engineer(person, change)


@pytest.mark.parametrize(
    ("account", "state"), [(DELEGATE, "unknown"), (MANAGEMENT, "ok")], ids=["delegated administrator", "key's account"]
)
def test_the_command_reads_the_key_s_policy_where_it_may(
    keyed: Keyed, pasted: str, monkeypatch: pytest.MonkeyPatch, account: str, state: str
) -> None:
    place = keyed.sandbox.elsewhere(account_id=account)
    for name, value in place.environment.items():
        monkeypatch.setenv(name, value)
    arn = instance_of(keyed.sandbox).arn
    found = {finding.name: finding for finding in own_findings(Target(), instance_arn=arn, ended_sessions_targets="")}
    assert str(found["identity-center-key-policy"].state) == state
    if account == DELEGATE:
        assert (str(found["identity-center-key"].state), found["identity-center-key-policy"].paste) == ("ok", pasted)
