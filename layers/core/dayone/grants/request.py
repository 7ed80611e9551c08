"""A grant requested over the API, an extension, and an early end; all mistakes are reported at once."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from dayone.errors import Invalid, Malformed
from dayone.model.subjects import Assignment, Principal, Resource, ResourceKind, Subject, SubjectKind, moment_in

_LONGEST_REASON, _LONGEST_TICKET, _LONGEST_NAME = 200, 64, 128
_EXAMPLE = (
    '{"membership": {"person": "e-1001", "group": "admins"}, "reason": "...", "until": "2026-11-23T17:00:00Z"}, '
    'or instead of the membership {"assignment": {"group": "admins", "account": "123456789012", '
    '"permission_set": "Admin"}}'
)
_KINDS = {
    "membership": (frozenset({"person", "group"}), frozenset[str]()),
    "assignment": (
        frozenset({"account", "permission_set"}),
        frozenset({"person", "group", "include_management_account"}),
    ),
}


@dataclass(frozen=True, kw_only=True)
class GrantWish:
    """A requested grant; `begins` is None for an immediate start, and the request is valid in itself."""

    subject: Subject
    resource: Resource
    reason: str
    ticket: str
    begins: datetime | None
    until: datetime
    includes_management: bool

    @property
    def account(self) -> str:
        """The id of the account, empty for a membership."""
        return self.subject.name if self.subject.kind is SubjectKind.ACCOUNT else ""


def read_grant(text: str) -> GrantWish:
    """Parse a grant; raise Malformed if it is not a JSON object of valid members, Invalid with every mistake."""
    values, findings = _object(text, example=_EXAMPLE), list[str]()
    members = {"membership", "assignment", "reason", "ticket", "from", "until"}
    findings += [f"`{name}` is not a member of a grant" for name in sorted(values.keys() - members)]
    subject, resource, includes_management = _what(values, findings)
    reason = _text(values, "reason", longest=_LONGEST_REASON, findings=findings)
    ticket = _text(values, "ticket", longest=_LONGEST_TICKET, findings=findings) if "ticket" in values else ""
    begins = _minute(values, "from", findings) if "from" in values else None
    until = _minute(values, "until", findings)
    if findings or until is None or subject is None or resource is None:
        raise Invalid("the grant has mistakes", findings=tuple(findings))
    return GrantWish(
        subject=subject,
        resource=resource,
        reason=reason,
        ticket=ticket,
        begins=begins,
        until=until,
        includes_management=includes_management,
    )


def read_extension(text: str) -> datetime:
    """Return the new end of a grant; raise as `read_grant` does."""
    values, findings = _object(text, example='{"until": "2026-11-23T17:00:00Z"}'), list[str]()
    findings += [f"`{name}` is not a member of an extension" for name in sorted(values.keys() - {"until"})]
    until = _minute(values, "until", findings)
    if findings or until is None:
        raise Invalid("the extension has mistakes", findings=tuple(findings))
    return until


def read_end(text: str) -> str:
    """Return the reason for ending a grant early, empty without a body; raise as `read_grant` does."""
    if not text.strip():
        return ""
    values, findings = _object(text, example='{"reason": "the shop is up again"}, or no body'), list[str]()
    findings += [f"`{name}` is not a member of an end" for name in sorted(values.keys() - {"reason"})]
    because = _text(values, "reason", longest=_LONGEST_REASON, findings=findings) if "reason" in values else ""
    if findings:
        raise Invalid("the end has mistakes", findings=tuple(findings))
    return because


def _object(text: str, *, example: str) -> Mapping[str, Any]:
    try:
        values = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Malformed(f"the body is not JSON: send {example}") from error
    if not isinstance(values, dict):
        raise Malformed(f"the body is not an object: send {example}")
    return values


def _what(values: Mapping[str, Any], findings: list[str]) -> tuple[Subject | None, Resource | None, bool]:
    kinds = [name for name in _KINDS if name in values]
    if len(kinds) != 1 or not isinstance(values[kinds[0]], dict):
        findings.append("a grant is either a `membership` or an `assignment`: say one of them, as an object")
        return None, None, False
    (kind,), what, before = kinds, values[kinds[0]], len(findings)
    required, possible = _KINDS[kind]
    findings += [f"`{kind}.{name}` is not allowed here" for name in sorted(what.keys() - required - possible)]
    names = {
        entry: _name(what, entry, kind, findings) for entry in sorted(required | (what.keys() & {"person", "group"}))
    }
    includes = what.get("include_management_account", False)
    if not isinstance(includes, bool):
        findings.append("`assignment.include_management_account` is not true or false")
    if kind == "assignment" and len(what.keys() & {"person", "group"}) != 1:
        findings.append("`assignment` must say who gets it: either `person` or `group`")
    if len(findings) > before:
        return None, None, False
    if kind == "membership":
        return Subject(SubjectKind.PERSON, names["person"]), Resource(ResourceKind.MEMBERSHIP, names["group"]), False
    principal = Principal(group=names.get("group", ""), person=names.get("person", ""))
    assignment = Assignment(names["permission_set"], principal)
    return Subject(SubjectKind.ACCOUNT, names["account"]), assignment.resource, includes is True


def _name(what: Mapping[str, Any], name: str, kind: str, findings: list[str]) -> str:
    value = what.get(name)
    # A slash stands between the two names of an assignment, and begins neither.
    is_name = isinstance(value, str) and value.isprintable() and "/" not in value and 0 < len(value) <= _LONGEST_NAME
    if not is_name:
        findings.append(f"`{kind}.{name}` is missing, or not a text of 1 to {_LONGEST_NAME} characters without `/`")
    return str(value)


def _text(values: Mapping[str, Any], name: str, *, longest: int, findings: list[str]) -> str:
    value = values.get(name)
    if not isinstance(value, str) or not value.strip() or not value.isprintable() or len(value) > longest:
        findings.append(f"`{name}` is missing, or not a text of one line and 1 to {longest} characters")
    return str(value).strip()


def _minute(values: Mapping[str, Any], name: str, findings: list[str]) -> datetime | None:
    moment = moment_in(values.get(name))
    if moment is None or moment.tzinfo is None:
        findings.append(f"`{name}` is missing, or no moment with its time zone, such as 2026-11-23T17:00:00Z")
        return None
    if moment.second or moment.microsecond:
        findings.append(f"`{name}` is not a whole minute")
    return moment
