"""Identity of humans and workloads, by the ARNs that IAM establishes for callers."""

import pytest

from dayone.model.audit import is_same, principal_of

_ADA = "arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Administrators_0123456789abcdef/ada@example.com"
_STS = "arn:aws:sts::111122223333"
_IAM = "arn:aws:iam::111122223333"

# A caller, another name, and whether both may be the same.
_PAIRS = [
    (_ADA, _ADA, True),
    # One human by two permission sets, and in another account, in another letter case.
    (_ADA, f"{_STS}:assumed-role/AWSReservedSSO_View_Only_fedcba9876543210/ada@example.com", True),
    (_ADA, "arn:aws:sts::999900001111:assumed-role/AWSReservedSSO_View_fedcba9876543210/ADA@example.com", True),
    (_ADA, "arn:aws-us-gov:sts::111122223333:assumed-role/AWSReservedSSO_View_fedcba9876543210/ada@example.com", True),
    (_ADA, f"{_STS}:assumed-role/AWSReservedSSO_Administrators_0123456789abcdef/eve@example.com", False),
    # Whoever assumes another role chooses the name of the session.
    (f"{_STS}:assumed-role/Approvers/eve", f"{_STS}:assumed-role/Approvers/mallory", True),
    (f"{_STS}:assumed-role/Approvers/eve", f"{_STS}:assumed-role/Editors/eve", False),
    (f"{_STS}:assumed-role/Approvers/eve", "arn:aws:sts::999900001111:assumed-role/Approvers/eve", False),
    # Not quite the name of a role of Identity Center, so anybody's.
    (f"{_STS}:assumed-role/AWSReservedSSO_Own/ada", f"{_STS}:assumed-role/AWSReservedSSO_Own/eve", True),
    (f"{_STS}:assumed-role/AWSReservedSSO_Own/ada@example.com", _ADA, False),
    (f"{_STS}:federated-user/ada", f"{_STS}:federated-user/eve", True),
    # IAM users cannot take another name, and their names differ by letter case only once in an account.
    (f"{_IAM}:user/ada", f"{_IAM}:user/eve", False),
    (f"{_IAM}:user/team/ada", f"{_IAM}:user/team/ada", True),
    (f"{_IAM}:root", f"{_IAM}:root", True),
    (f"{_IAM}:root", f"{_IAM}:user/root", False),
    # Authors that a pipeline names, by the name of a person or by ARN.
    (_ADA, "author:ada@example.com", True),
    (_ADA, "author:Ada@Example.com", True),
    (_ADA, f"author:{_STS}:assumed-role/AWSReservedSSO_View_fedcba9876543210/ada@example.com", True),
    (f"{_IAM}:user/team/ada", "author:ada", True),
    (f"{_STS}:assumed-role/Approvers/ada", "author:ada", True),
    (_ADA, "author:eve@example.com", False),
    # What sets changes off and never calls.
    (f"{_STS}:assumed-role/Approvers/dayone", "dayone", False),
    (f"{_STS}:assumed-role/Approvers/hr", "hr:standard", False),
]


@pytest.mark.parametrize(("caller", "actor", "expected"), _PAIRS)
def test_who_may_be_the_same(caller: str, actor: str, *, expected: bool) -> None:
    assert is_same(caller, actor) is expected


def test_a_principal_is_told_by_the_name_that_cannot_be_chosen() -> None:
    assert principal_of(_ADA) == "user ada@example.com"
    assert principal_of(f"{_STS}:assumed-role/Approvers/eve") == f"{_STS}:assumed-role/Approvers"
    assert principal_of(f"{_IAM}:user/team/ada") == f"{_IAM}:user/team/ada"
