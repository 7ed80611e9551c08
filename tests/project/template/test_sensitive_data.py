"""The tables of what is sensitive in IAM are what their sources say, and judge policies as AWS describes these."""

import pytest

from dayone.policy.managed_policies import HARMLESS, SENSITIVE
from dayone.policy.permissions_management import PERMISSIONS_MANAGEMENT
from sandbox.sensitive_data import actions_table, policies_table
from tests.project.repository import PACKAGE


@pytest.mark.parametrize(
    ("module", "made"), [("permissions_management", actions_table), ("managed_policies", policies_table)]
)
def test_the_table_is_what_the_generator_gives(module: str, made: object) -> None:
    assert callable(made)
    assert (PACKAGE / "policy" / f"{module}.py").read_text(encoding="utf-8") == made(), "run make sensitive-data"


@pytest.mark.parametrize(
    ("service", "name"),
    [
        ("iam", "attachrolepolicy"),
        ("iam", "createpolicyversion"),
        ("iam", "updateassumerolepolicy"),
        ("kms", "creategrant"),
        ("lambda", "addpermission"),
        ("s3", "putbucketpolicy"),
        ("sso", "attachmanagedpolicytopermissionset"),
    ],
)
def test_actions_are_those_that_aws_calls_permissions_management(service: str, name: str) -> None:
    """Source: Service Authorization Reference, the column "Access level" of each service."""
    assert name in PERMISSIONS_MANAGEMENT[service]


@pytest.mark.parametrize(
    "path",
    [
        "AdministratorAccess",
        "AmazonS3FullAccess",
        "IAMFullAccess",
        "PowerUserAccess",
        "job-function/SystemAdministrator",
    ],
)
def test_policies_that_let_people_widen_access_are_sensitive(path: str) -> None:
    assert path in SENSITIVE - HARMLESS


@pytest.mark.parametrize(
    "path", ["AmazonS3ReadOnlyAccess", "ReadOnlyAccess", "SecurityAudit", "job-function/ViewOnlyAccess"]
)
def test_policies_that_read_are_not(path: str) -> None:
    assert path in HARMLESS - SENSITIVE
