"""The refusals of Organizations that moto lacks, with AWS's wording."""

from sandbox.identity_center.protocol.service_error import ServiceError


def invalid_input(reason: str, message: str) -> ServiceError:
    """Refusal of a request that can never succeed as it stands."""
    return ServiceError("InvalidInputException", message, Reason=reason)


def invalid_token() -> ServiceError:
    """Refusal of a NextToken that Organizations did not give."""
    message = (
        "You specified an invalid value for nextToken. You must get the value from the response to a previous call to "
        "the API."
    )
    return invalid_input("INVALID_NEXT_TOKEN", message)


def modified_meanwhile() -> ServiceError:
    """Refusal of a write to what another call is writing."""
    message = (
        "AWS Organizations can't complete your request because it conflicts with another attempt to modify the same "
        "entity. Try again later."
    )
    return ServiceError("ConcurrentModificationException", message)


def constraint(reason: str, message: str) -> ServiceError:
    """Refusal of what the organization does not allow."""
    return ServiceError("ConstraintViolationException", message, Reason=reason)


def no_parent(code: str = "ParentNotFoundException") -> ServiceError:
    """Refusal of a root or unit that does not exist."""
    which = {"SourceParentNotFoundException": "source root", "DestinationParentNotFoundException": "destination root"}
    return ServiceError(code, f"We can't find a {which.get(code, 'root')} or OU with the ParentId that you specified.")


def no_child() -> ServiceError:
    """Refusal of a unit or account that does not exist."""
    return ServiceError(
        "ChildNotFoundException", "We can't find an organizational unit (OU) or account with that ChildId."
    )
