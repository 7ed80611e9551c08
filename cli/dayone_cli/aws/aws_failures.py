"""Failures of AWS and its SDK, in the words and exit codes of this command."""

from collections.abc import Iterator
from contextlib import contextmanager

from dayone_cli.failures import Failure, Refused, Unauthorised, Unavailable

_NOT_ALLOWED = {
    "AccessDenied",
    "AccessDeniedException",
    "ExpiredToken",
    "ExpiredTokenException",
    "ForbiddenException",
    "InvalidClientTokenId",
    "UnauthorizedException",
    "UnrecognizedClientException",
}
_FIRST_OF_THE_SERVER = 500


@contextmanager
def aws_asked(what: str) -> Iterator[None]:
    """Convert exceptions of the AWS SDK into a Failure that names the failed action."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except ClientError as error:
        raise _failure(error.response, what=what) from error
    except BotoCoreError as error:
        raise _of_the_sdk(error, what=what) from error


def _failure(response: object, *, what: str) -> Failure:
    said = response if isinstance(response, dict) else {}
    error, answered = said.get("Error", {}), said.get("ResponseMetadata", {})
    detail = f"{error.get('Code', '')}: {error.get('Message', '')}"
    if error.get("Code") in _NOT_ALLOWED:
        return Unauthorised(f"Not allowed to {what}", detail=detail)
    if answered.get("HTTPStatusCode", 0) >= _FIRST_OF_THE_SERVER or "Throttling" in error.get("Code", ""):
        return Unavailable(f"AWS cannot {what} right now", detail=detail)
    return Refused(f"AWS refuses to {what}", detail=detail)


def _of_the_sdk(error: Exception, *, what: str) -> Failure:
    from botocore import exceptions

    missing = (
        exceptions.NoCredentialsError,
        exceptions.CredentialRetrievalError,
        exceptions.PartialCredentialsError,
        exceptions.ProfileNotFound,
        exceptions.SSOError,
        exceptions.TokenRetrievalError,
    )
    if isinstance(error, missing):
        return Unauthorised(f"No credentials to {what}", detail=str(error))
    return Unavailable(f"Cannot {what}", detail=str(error))
