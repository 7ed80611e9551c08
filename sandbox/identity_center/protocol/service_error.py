"""The one exception with which an operation of the local Identity Center refuses a request the way AWS does."""


class ServiceError(Exception):
    """An error of the AWS service model: `code` is the error shape, `members` are its fields beside Message.

    AWS sends a message of null at times: a refusal that `is_silent`.
    """

    is_silent = False

    def __init__(self, code: str, message: str, **members: str | int) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.members = members


class SilentError(ServiceError):
    """A refusal whose message is null."""

    is_silent = True

    def __init__(self, code: str) -> None:
        super().__init__(code, "")


def invalid(message: str) -> ServiceError:
    """Refusal of identitystore and sso-admin for a request that can never succeed as it stands."""
    return ServiceError("ValidationException", message)


def not_found(message: str, **members: str) -> ServiceError:
    """Refusal of identitystore and sso-admin for a resource that does not exist."""
    return ServiceError("ResourceNotFoundException", message, **members)


def conflict(message: str, **members: str) -> ServiceError:
    """Refusal of identitystore and sso-admin for a request that contradicts what is there."""
    return ServiceError("ConflictException", message, **members)
