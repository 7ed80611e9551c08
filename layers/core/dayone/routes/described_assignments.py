"""What is said of the report on who has what."""

from dayone.contracts import api_assignments
from dayone.routes.examples import ACCOUNT, AT

HOLDING: api_assignments.HoldingAnswer = {
    "kind": "group",
    "principal": "engineers",
    "principal_name": "",
    "account": ACCOUNT,
    "account_name": "dev",
    "ou_path": "/Workloads/Dev",
    "permission_set": "ViewOnly",
    "through": "direct",
    "state": "confirmed",
    "confirmed_at": AT,
    "reasons": [{"rule": "policy.yaml:9", "because": "the account is in /Workloads/Dev"}],
}
