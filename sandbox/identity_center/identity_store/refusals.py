"""The refusals of the Identity Store, with the words that AWS was seen to use."""

from sandbox.identity_center.protocol.service_error import ServiceError, conflict, not_found


def not_here(resource_type: str) -> ServiceError:
    """Refusal of a user, group or membership that does not exist: `User not found`."""
    return not_found(f"{resource_type.replace('_', ' ').capitalize()} not found", ResourceType=resource_type)


def not_unique(message: str) -> ServiceError:
    """Refusal of a name, e-mail address or membership that is taken."""
    return conflict(message, Reason="UNIQUENESS_CONSTRAINT_VIOLATION")
