"""The caller's identity over the API."""

import pytest

from tests.functions.access_api.state import remembered
from tests.functions.access_api.world import World, load, signed_by

_STS = "arn:aws:sts::111122223333:assumed-role"


@pytest.mark.parametrize(
    ("arn", "principal"),
    [
        (f"{_STS}/AWSReservedSSO_ViewOnlyAccess_3a2deb991af9539a/alice", "user alice"),
        (f"{_STS}/Pipeline/run-17", f"{_STS}/Pipeline"),
        ("arn:aws:iam::111122223333:user/ops/carol", "arn:aws:iam::111122223333:user/ops/carol"),
    ],
)
def test_a_caller_reads_the_arn_and_the_principal(arn: str, principal: str) -> None:
    answer = World(remembered()).send(signed_by(load("read_me"), arn))
    assert (answer.status, answer.body) == (200, {"actor": arn, "principal": principal})
