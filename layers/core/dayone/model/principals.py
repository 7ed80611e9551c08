"""Identification of the human or workload behind a caller's ARN, across all names they can use."""

import re

AUTHOR = "author:"
# Effect of SoleAdministrator, in the words of `setup check` and `status`.
ALONE = "SoleAdministrator=yes: one person alone can give sensitive access, remove any number and approve it themselves"
BY_ONESELF = "decided by oneself, which SoleAdministrator allows"
# After a refusal: where a company has nobody else, this is the only way.
NOBODY_ELSE = "Where there is nobody else, deploy with SoleAdministrator=yes"
# https://docs.aws.amazon.com/singlesignon/latest/userguide/referencingpermissionsets.html
# The session's name is the user's name in Identity Center, whichever permission set, and so role, it came by.
_RESERVED = re.compile(r"arn:aws[a-z-]*:sts::[0-9]{12}:assumed-role/AWSReservedSSO_.+_[0-9a-f]{16}/(?P<user>[^/]+)")
# Whoever may assume a role, or ask for a federated user, chooses the session's name.
# https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html, RoleSessionName
_CHOSEN = re.compile(r"(?P<role>arn:aws[a-z-]*:sts::[0-9]{12}:(?:assumed-role/.+|federated-user))/[^/]+")


def principal_of(actor: str) -> str:
    """Return the same text for all ARNs that may be the same human or workload.

    `actor` is an ARN: all roles of permission sets of one Identity Center user are that user; all sessions of any other
    role are the role, and all federated users of an account are the same, since their names are chosen at sign-in. An
    IAM user, and any text that is no ARN, is unique.
    """
    if reserved := _RESERVED.fullmatch(actor):
        return f"user {reserved['user'].casefold()}"
    if chosen := _CHOSEN.fullmatch(actor):
        return chosen["role"]
    return actor


def is_same(caller: str, actor: str) -> bool:
    """Return whether a caller, by ARN, may be the given actor: another ARN, or a named `author:`.

    An author is named by user name, or by ARN; a name means anybody who signs in with it, in any letter case.
    """
    name = actor.removeprefix(AUTHOR)
    if name == actor or name.startswith("arn:"):
        return principal_of(caller) == principal_of(name)
    return caller.rpartition("/")[2].casefold() == name.casefold()


def by_oneself(own_part: str) -> str:
    """Return the suffix of an audit entry about a decision on one's own change; empty for anybody else's.

    `own_part` describes what the caller has caused, or is empty.
    """
    return f"; {BY_ONESELF}: it {own_part}" if own_part else ""
