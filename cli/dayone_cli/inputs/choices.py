"""Values that the API takes from closed lists, completed by the shell: the lists are those of the product itself."""

from collections.abc import Iterable


def change_states(incomplete: str) -> list[str]:
    """Complete the state of a change."""
    from dayone.model.changes import ChangeState

    return _beginning_with(incomplete, ChangeState)


def cause_kinds(incomplete: str) -> list[str]:
    """Complete the kind of a change's cause."""
    from dayone.model.changes import CauseKind

    return _beginning_with(incomplete, CauseKind)


def grant_states(incomplete: str) -> list[str]:
    """Complete the state of a grant."""
    from dayone.model.grants import GrantState

    return _beginning_with(incomplete, GrantState)


def account_states(incomplete: str) -> list[str]:
    """Complete the state of an account."""
    from dayone.model.accounts import AccountState

    return _beginning_with(incomplete, AccountState)


def person_statuses(incomplete: str) -> list[str]:
    """Complete the status of a person in HR."""
    from dayone.model.people import Status

    return _beginning_with(incomplete, Status)


def drift_kinds(incomplete: str) -> list[str]:
    """Complete the kind of a difference."""
    from dayone.model.inventory import DriftKind

    return _beginning_with(incomplete, DriftKind)


def letter_queues(incomplete: str) -> list[str]:
    """Complete the queue of dead letters."""
    from dayone.model.failures import LetterQueue

    return _beginning_with(incomplete, LetterQueue)


def http_methods(incomplete: str) -> list[str]:
    """Complete the method of a request."""
    return _beginning_with(incomplete.upper(), ("GET", "POST", "PUT"))


def _beginning_with(incomplete: str, values: Iterable[str]) -> list[str]:
    return [str(value) for value in values if str(value).startswith(incomplete)]
