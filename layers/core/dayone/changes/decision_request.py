"""A decision about a held change, as sent to the API; all mistakes are reported at once."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from dayone.errors import Invalid
from dayone.model.subjects import Resource, Subject

MEMBERS = ("subjects", "resources", "expected_version")
EXAMPLE = '{"subjects": ["person:e-1001"], "resources": ["membership/engineers"], "expected_version": 3}'
_MOST = 100


@dataclass(frozen=True, kw_only=True)
class DecidedPart:
    """The part of a held change that is decided on, all of it by default; and the version that was read."""

    subjects: tuple[Subject, ...] = ()
    resources: tuple[Resource, ...] = ()
    only_leavers: bool = False
    expected_version: int | None = None

    @property
    def is_all(self) -> bool:
        """True if it is about everything that the change holds."""
        return not (self.subjects or self.resources or self.only_leavers)


def read_decision(sent: Mapping[str, object], *, only_leavers: bool = False) -> DecidedPart:
    """Parse the decision; raise Invalid with every mistake."""
    findings = list[str]()
    version = sent.get("expected_version")
    if version is not None and (not isinstance(version, int) or isinstance(version, bool) or version < 0):
        findings.append("`expected_version` is not the number that is `held_version` of the change")
    subjects = _parsed(sent, "subjects", parse=Subject.parse, example="person:e-1001", findings=findings)
    resources = _parsed(sent, "resources", parse=Resource.parse, example="membership/engineers", findings=findings)
    if only_leavers and (subjects or resources):
        findings.append("`only=leavers` goes with neither `subjects` nor `resources`")
    if findings:
        raise Invalid("the decision has mistakes", findings=tuple(findings))
    return DecidedPart(
        subjects=subjects,
        resources=resources,
        only_leavers=only_leavers,
        expected_version=version if isinstance(version, int) else None,
    )


def _parsed[T](
    sent: Mapping[str, object], name: str, *, parse: Callable[[str], T], example: str, findings: list[str]
) -> tuple[T, ...]:
    texts = sent.get(name)
    if texts is None:
        return ()
    if not isinstance(texts, list) or not 1 <= len(texts) <= _MOST:
        findings.append(
            f"`{name}` is not a list of 1 to {_MOST} texts such as {example}: leave it out to decide on all"
        )
        return ()
    parsed = list[T]()
    for text in texts:
        try:
            parsed.append(parse(str(text)))
        except ValueError:
            findings.append(f"`{name}` has {str(text)!r}, but must have texts such as {example}")
    return tuple(dict.fromkeys(parsed))
