"""Target of a command: two places that contradict each other are wrong usage, and both are named."""

from collections.abc import Iterator

import pytest

from tests.unit.cli_api import WELL, Answered, Asked, CliApi, running
from tests.unit.cli_runs import dayone

HERE = "https://a1b2c3.execute-api.eu-west-1.amazonaws.com/live"
# Seen: what API Gateway and the other services answer to a signature for another Region.
_WRONG_REGION = {"message": "Credential should be scoped to a valid region, not 'eu-west-1'. "}


@pytest.fixture
def api() -> Iterator[CliApi]:
    with running() as cli_api:
        cli_api.tell("GET /v1/status", WELL)
        cli_api.tell("GET /v1/metrics", {})
        yield cli_api


def test_a_stack_beside_an_api_of_the_environment_is_refused_and_both_are_named(api: CliApi) -> None:
    ended = dayone("status", "--stack", "staging", api=api.url)
    assert (ended.code, ended.out, api.asked) == (2, "", [])
    assert all(name in ended.err for name in ("--stack staging", f"DAYONE_API={api.url}"))


@pytest.mark.parametrize(
    ("words", "environment"),
    [
        (("--stack", "staging", "--api", "URL"), {}),
        ((), {"DAYONE_STACK": "staging", "DAYONE_API": "URL"}),
        (("--api", "URL"), {"DAYONE_STACK": "staging"}),
    ],
    ids=["both typed", "both of the environment", "the API typed"],
)
def test_an_api_that_is_as_near_as_the_stack_counts(
    api: CliApi, words: tuple[str, ...], environment: dict[str, str]
) -> None:
    typed = [word.replace("URL", api.url) for word in words]
    ended = dayone("status", *typed, **{name: value.replace("URL", api.url) for name, value in environment.items()})
    assert (ended.code, bool(api.asked)) == (0, True), ended.err


def test_another_region_than_that_of_the_api_is_refused_and_both_are_named() -> None:
    for words in (("--api", HERE), ()):
        ended = dayone("status", "--region", "us-east-1", *words, api="" if words else HERE)
        assert (ended.code, ended.out) == (2, "")
        assert all(name in ended.err for name in ("--region us-east-1", HERE, "eu-west-1"))


def test_a_signature_for_another_region_is_wrong_usage_that_says_what_to_do(api: CliApi) -> None:
    api.tell("GET /v1/status", Answered(status=403, body=_WRONG_REGION))
    ended = dayone("status", api=api.url)
    assert (ended.code, "add --region" in ended.err, "'eu-west-1'" in ended.err) == (2, True, True)


class NoStack(CliApi):
    """CloudFormation, which has no stack of whatever name."""

    def answer(self, asked: Asked, *, target: str) -> Answered:
        self.asked.append(asked)
        assert target == "/"
        error = "<Code>ValidationError</Code><Message>Stack with id staging does not exist</Message>"
        return Answered(status=400, body=f"<ErrorResponse><Error><Type>Sender</Type>{error}</Error></ErrorResponse>")


def test_a_stack_that_is_not_in_the_region_is_named_with_it() -> None:
    with running(NoStack()) as aws:
        ended = dayone("status", "--stack", "staging", AWS_ENDPOINT_URL_CLOUDFORMATION=aws.url)
    assert (ended.code, len(aws.asked)) == (3, 1)
    assert ended.err.startswith("There is no stack staging in eu-west-1: add --stack")
