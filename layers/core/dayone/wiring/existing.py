"""Puts together what looks in Identity Center for what a preview would create."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from dayone.adapters.aws.clients import Later
from dayone.adapters.aws.rate_limiter import CallGate
from dayone.adapters.dynamodb.read_models import DynamoRecords, DynamoSubjectIndex
from dayone.adapters.dynamodb.table import DynamoTable
from dayone.adapters.identity_center.existing_use import AwsExistingUse
from dayone.adapters.identity_center.live_access import AwsLiveAccess
from dayone.adapters.identity_center.names import IdentityStoreNames, SsoNamedSets
from dayone.adapters.identity_center.permission_set_policies import SsoSetContents
from dayone.executor.existing import ExistingAccess, ExistingNames
from dayone.planning.desired_access import DesiredAccess
from dayone.ports.store import PolicyInForce
from dayone.settings import AccessApiSettings

# A single list can be long, and the answer has to be there before API Gateway gives up, after 29 seconds. Of these a
# preview needs 18 for planning.
_LONGEST_TURN = timedelta(seconds=20)
LONGEST_IN_A_PREVIEW = timedelta(seconds=7)


def existing_names(
    given: AccessApiSettings,
    *,
    table: DynamoTable,
    policies: PolicyInForce,
    gate: CallGate,
    clock: Callable[[], datetime],
) -> ExistingNames:
    """Its calls pass the gate, and none does after some seconds."""
    sso_admin: Any = Later("sso-admin", guard=gate.guard)
    identitystore: Any = Later("identitystore", guard=gate.guard)
    places = {"instance_arn": given.instance_arn, "identity_store_id": given.identity_store_id}

    def turn(*, longest: timedelta) -> AbstractContextManager[None]:
        return gate.until(clock() + longest)

    return ExistingNames(
        directory=IdentityStoreNames(identitystore, identity_store_id=given.identity_store_id),
        permission_sets=SsoNamedSets(sso_admin, instance_arn=given.instance_arn),
        preview_turn=partial(turn, longest=LONGEST_IN_A_PREVIEW),
        access=ExistingAccess(
            contents=SsoSetContents(sso_admin, instance_arn=given.instance_arn),
            use=AwsExistingUse(sso_admin, identitystore, **places, turn=partial(turn, longest=_LONGEST_TURN)),
            # The clients pass the gate themselves.
            live=AwsLiveAccess(sso_admin, identitystore, **places, wait=lambda _service, _api: None),
            desired=DesiredAccess(
                policies=policies, records=DynamoRecords(table), index=DynamoSubjectIndex(table), clock=clock
            ),
        ),
    )
