"""A decision about an existing resource, as sent to the API; all mistakes are reported at once."""

from collections.abc import Mapping
from dataclasses import dataclass

from dayone.errors import Invalid
from dayone.model.subjects import ITSELF, Subject

MEMBERS = ("subject", "digest", "reason")
EXAMPLE = '{"subject": "permission-set:Deploy", "digest": "0123456789abcdef", "reason": "..."}'
_LONGEST_REASON, _LONGEST_DIGEST = 200, 64


@dataclass(frozen=True, kw_only=True)
class AdoptionWish:
    """The subject that is to take on what exists, the digest of what was shown, and why."""

    subject: Subject
    digest: str
    reason: str


def read_adoption(sent: Mapping[str, object]) -> AdoptionWish:
    """Parse the decision; raise Invalid with every mistake."""
    findings, subject = list[str](), None
    try:
        subject = Subject.parse(str(sent.get("subject", "")))
    except ValueError as error:
        findings.append(f"`subject` is missing, or no subject: {error}")
    if subject is not None and subject.kind not in ITSELF:
        findings.append("`subject` is neither a person, a group nor a permission set")
    digest = _line(sent, "digest", longest=_LONGEST_DIGEST, findings=findings)
    reason = _line(sent, "reason", longest=_LONGEST_REASON, findings=findings)
    if findings or subject is None:
        raise Invalid("the decision has mistakes", findings=tuple(findings))
    return AdoptionWish(subject=subject, digest=digest, reason=reason)


def _line(sent: Mapping[str, object], name: str, *, longest: int, findings: list[str]) -> str:
    value = sent.get(name)
    if not isinstance(value, str) or not value.strip() or not value.isprintable() or len(value) > longest:
        findings.append(f"`{name}` is missing, or not a text of one line and 1 to {longest} characters")
    return str(value).strip()
