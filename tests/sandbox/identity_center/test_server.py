"""The local Identity Center as a server: its protocol, its command line, and the AWS CLI against it."""

import http.client
import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from sandbox.identity_center.behaviour import Behaviour
from sandbox.identity_center.process import IdentityCenterServer
from sandbox.identity_center.protocol.java_patterns import matches
from sandbox.identity_center.settings import Settings
from sandbox.identity_center.sso_admin.requests import RequestFailed, Requests
from tests.captures.reading import seen
from tests.sandbox.identity_center.calls import eventually

TEXT = r"[\p{L}\p{M}\p{S}\p{N}\p{P}\t\n\r  　]+"
PATH = r"(?:\p{L}+:\p{L}+:\p{L}+(?:\.\p{L}+){0,3}|\p{L}+(?:\.\p{L}+){0,2})"


@pytest.fixture(scope="module")
def server() -> Iterator[IdentityCenterServer]:
    with IdentityCenterServer() as server:
        yield server


_SIGNING = {"SWBExternalService": "sso", "AWSIdentityStore": "identitystore"}


def signed(
    *, service: str = "sso", key: str = "111122223333", region: str = "us-east-1", signature: str = "0" * 64
) -> str:
    scope = f"Credential={key}/20261129/{region}/{service}/aws4_request"
    return f"AWS4-HMAC-SHA256 {scope}, SignedHeaders=host;x-amz-date, Signature={signature}"


def post(
    server: IdentityCenterServer, target: str, body: bytes, *, authorization: str | None = None
) -> tuple[int, dict[str, str]]:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=120)
    if authorization is None:
        authorization = signed(service=_SIGNING.get(target.partition(".")[0], "organizations"))
    connection.request("POST", "/", body, {"X-Amz-Target": target, "Authorization": authorization})
    response = connection.getresponse()
    answer = json.loads(response.read())
    connection.close()
    return response.status, answer


def test_the_aws_cli_works_against_it(server: IdentityCenterServer) -> None:
    aws = str(Path(sys.executable).with_name("aws"))
    keys = {
        "AWS_ACCESS_KEY_ID": server.settings.account_id,
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": server.settings.region,
    }
    command = [aws, "sso-admin", "list-instances", "--endpoint-url", server.endpoint, "--output", "json"]
    environment = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", **keys}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True, timeout=60)  # noqa: S603
    [instance] = json.loads(done.stdout)["Instances"]
    assert instance["InstanceArn"] == server.client("sso-admin").list_instances()["Instances"][0]["InstanceArn"]


@pytest.mark.parametrize(
    ("target", "body", "code"),
    [
        ("", b"{}", "UnknownOperationException"),
        ("AWSIdentityStore.NoSuchOperation", b"{}", "UnknownOperationException"),
        ("SWBExternalService.CreateApplication", b"{}", "ValidationException"),
        ("SWBExternalService.ListApplicationProviders", b"{}", "UnknownOperationException"),
        ("AWSOrganizationsV20161128.DescribeResourcePolicy", b"{}", "UnknownOperationException"),
        ("AWSIdentityStore.ListUsers", b"not json", "SerializationException"),
        ("AWSIdentityStore.ListUsers", b"[]", "SerializationException"),
        ("AWSIdentityStore.ListUsers", b'{"IdentityStoreId": 7}', "SerializationException"),
        ("AWSIdentityStore.ListUsers", b"", "ValidationException"),
        (
            "AWSIdentityStore.GetGroupMembershipId",
            b'{"IdentityStoreId": "d-0123456789", "GroupId": "00000000-0000-4000-8000-000000000000", "MemberId": {}}',
            "ValidationException",
        ),
        (
            "AWSOrganizationsV20161128.ListPolicies",
            b'{"Filter": "SERVICE_CONTROL_POLICY", "NextToken": "nonsense"}',
            "InvalidInputException",
        ),
    ],
)
def test_what_aws_does_not_understand_is_refused(
    server: IdentityCenterServer, target: str, body: bytes, code: str
) -> None:
    status, answer = post(server, target, body)
    assert (status, answer["__type"]) == (400, code)


def test_it_says_which_member_is_missing(server: IdentityCenterServer) -> None:
    _, answer = post(server, "SWBExternalService.DescribeInstance", b"{}")
    assert answer["message"] == (
        "1 validation error detected: Value null at 'instanceArn' failed to satisfy constraint: Member must not be null"
    )


def test_it_is_told_account_and_region_and_stops_when_it_should() -> None:
    server = IdentityCenterServer(Settings(account_id="444455556666", region="eu-central-1"))
    with server:
        instance = server.client("sso-admin").list_instances()["Instances"][0]
        assert (instance["OwnerAccountId"], instance["PrimaryRegion"]) == ("444455556666", "eu-central-1")
        master = server.client("organizations").describe_organization()["Organization"]["MasterAccountId"]
        assert master == "444455556666"
    with pytest.raises(ConnectionRefusedError):
        post(server, "", b"")


def test_it_does_not_outlive_the_process_that_started_it_even_when_that_is_killed() -> None:
    program = """
import time
from sandbox.identity_center.process import IdentityCenterServer
with IdentityCenterServer() as server:
    print(server.port, server._folder, flush=True)
    time.sleep(60)
"""
    root = Path(__file__).resolve().parents[3]
    command = [sys.executable, "-c", program]
    with subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, text=True) as starter:  # noqa: S603
        assert starter.stdout is not None
        port, folder = starter.stdout.readline().split()
        assert is_listening(int(port))
        starter.kill()
    assert eventually(lambda: is_listening(int(port)), lambda listening: not listening) is False
    assert eventually(Path(folder).exists, lambda exists: not exists) is False


def is_listening(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        (TEXT, "Jané Döe, 株式会社 №5 €", True),
        (TEXT, "bell\a", False),
        (TEXT, "zero\u200bwidth", False),
        (r"[\p{L}\p{M}\p{S}\p{N}\p{P}]+", "with space", False),
        (r"[\w+=,.@-]+", "umläut", False),
        (PATH, "name.givenName", True),
        (PATH, "naïve.größe", True),
        (PATH, "aws:identitystore:enterprise.department", True),
        (PATH, "name..givenName", False),
        (PATH, "a1", False),
        (r"[\u0009\u000A\u000D\u0020-\u007E\u00A1-\u00FF]*", "Größe", True),
        (r"[\u0009\u000A\u000D\u0020-\u007E\u00A1-\u00FF]*", "“", False),
        (r"^(r-[0-9a-z]{4,32})|(ou-[0-9a-z]{4,32}-[a-z0-9]{8,32})$", "r-abcd", True),
        (r"^(r-[0-9a-z]{4,32})|(ou-[0-9a-z]{4,32}-[a-z0-9]{8,32})$", "r-abcd!", False),
    ],
)
def test_patterns_are_read_as_java_reads_them(pattern: str, text: str, *, expected: bool) -> None:
    assert matches(pattern, text) is expected


def test_requests_end_in_the_order_in_which_they_fall_due_and_never_at_once() -> None:
    now, ended = 0.0, []
    requests = Requests(Behaviour.realistic, seed=7, clock=lambda: now)
    started = [
        requests.start("kind", {}, lambda number=number: ended.append(number), seconds=3.0)  # type: ignore[misc]
        for number in range(20)
    ]
    requests.settle()
    assert ended == []
    now = 15.0
    requests.settle()
    assert ended == [started.index(request) for request in sorted(started, key=lambda entry: entry.ready_at)]
    assert all(0.6 <= request.ready_at <= 15.0 for request in started)
    assert requests.duration(0.0) > 0


def test_a_request_that_fails_keeps_its_reason() -> None:
    def fail() -> None:
        raise RequestFailed("no such thing")

    requests = Requests(Behaviour.instant, clock=iter(range(9)).__next__)
    request = requests.start("kind", {}, fail, seconds=0.0)
    requests.settle()
    assert (request.status, request.described()["FailureReason"]) == ("FAILED", "no such thing")


@pytest.mark.parametrize(
    ("authorization", "code"),
    [
        ("", "MissingAuthenticationTokenException"),
        ("Bearer 0123", "IncompleteSignatureException"),
        ("AWS4-HMAC-SHA256 garbage", "IncompleteSignatureException"),
        (signed().replace("SignedHeaders=host;x-amz-date, ", ""), "IncompleteSignatureException"),
        (signed(key="111122223333/more"), "IncompleteSignatureException"),
        (signed(signature="garbage"), "InvalidSignatureException"),
        (signed(service="identitystore"), "InvalidSignatureException"),
    ],
)
def test_a_request_that_is_not_signed_for_the_service_is_refused(
    server: IdentityCenterServer, authorization: str, code: str
) -> None:
    status, answer = post(server, "SWBExternalService.ListInstances", b"{}", authorization=authorization)
    assert (status, answer["__type"]) == (403, code)


def test_in_another_region_there_is_no_instance_until_it_is_added(server: IdentityCenterServer) -> None:
    here, there = server.client("sso-admin"), server.client("sso-admin", region="eu-west-1")
    instance = here.list_instances()["Instances"][0]
    arn, store = {"InstanceArn": instance["InstanceArn"]}, {"IdentityStoreId": instance["IdentityStoreId"]}
    people = server.client("identitystore", region="eu-west-1")
    assert there.list_instances()["Instances"] == []
    for client, name, request in (
        (there, "describe_instance", arn),
        (there, "list_permission_sets", arn),
        (people, "list_users", store),
    ):
        with pytest.raises(ClientError, match=r"ResourceNotFoundException|AccessDeniedException"):
            getattr(client, name)(**request)
    assert server.client("organizations", region="eu-west-1").describe_organization(), "a global service"
    here.add_region(**arn, RegionName="eu-west-1")
    assert eventually(lambda: there.list_instances()["Instances"], bool) == here.list_instances()["Instances"]
    assert people.list_users(**store)["Users"] == []
    with pytest.raises(ClientError):
        there.list_permission_sets(**arn)
    with pytest.raises(ClientError):
        people.create_group(**store, DisplayName="there")


def test_whoever_is_no_member_of_the_organization_sees_nothing_of_it(server: IdentityCenterServer) -> None:
    stranger = server.client("organizations", account="999988887777")
    denied = seen("organizations-03")["body"]
    for call in (stranger.list_accounts, stranger.list_roots):
        with pytest.raises(ClientError) as refused:
            call()
        assert refused.value.response["Error"] == {"Code": denied["__type"], "Message": denied["Message"]}
