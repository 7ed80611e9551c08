"""Record each version of the configuration of HR systems, and have it count, or wait for somebody's approval."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from dayone.errors import Invalid
from dayone.model.audit import AuditEntry
from dayone.model.changes import Cause, CauseKind, ulid_of
from dayone.model.commands import ApproveHrConfiguration, Command, ReviewHrConfiguration
from dayone.model.hr_sources import (
    ALL_SOURCES,
    HrConfiguration,
    HrVersion,
    HrVersions,
    HrVersionState,
    approved,
    loosened,
)
from dayone.ports.hr import HrParameters, HrTexts, HrVersionLog, RecordedHrVersions
from dayone.ports.store import Changes


@dataclass(frozen=True, kw_only=True)
class WatchPorts:
    """Ports for detecting a changed configuration."""

    texts: HrTexts
    recorded: RecordedHrVersions


@dataclass(frozen=True, kw_only=True)
class ConfigurationPorts:
    """The configuration and its versions; `parse` reads a text and raises Invalid."""

    parameters: HrParameters
    log: HrVersionLog
    parse: Callable[[str], HrConfiguration]


@dataclass(frozen=True, kw_only=True)
class ReviewPorts(ConfigurationPorts):
    """Ports for recording a version."""

    changes: Changes


def reviews_due(*, ports: WatchPorts, now: datetime) -> list[Command]:
    """Return the command that reviews the configuration, if it has changed, is held, or differs from the one in force.

    A held one is reviewed again because another author may have written it, too.
    """
    texts, versions = ports.texts.texts(), ports.recorded.versions()
    newest, in_force = versions.newest, versions.in_force
    if (
        newest is not None
        and newest.text == texts.written
        and newest.state is not HrVersionState.HELD
        and texts.approved == (in_force.text if in_force else "")
    ):
        return []
    change = ulid_of(now, name="the configuration of HR systems")
    cause = Cause(change=change, kind=CauseKind.HR_CONFIGURATION, actor="dayone", reference="sweep", at=now)
    return [ReviewHrConfiguration(subject=ALL_SOURCES, cause=cause)]


def review_hr_configuration(command: ReviewHrConfiguration, *, ports: ReviewPorts) -> None:
    """Record what is written if it is new, and have the version in force count; the same again is harmless."""
    versions, written = ports.log.versions(), ports.parameters.texts().written
    newest = versions.newest
    if newest is None or newest.text != written:
        version = _judged(written, versions=versions, at=command.cause.at, ports=ports)
        # Before the version: once that is recorded, it is not reviewed again.
        ports.changes.dismiss(command.cause, note=_note(version))
        versions = _keep(version, versions=versions, cause=command.cause, ports=ports)
    elif newest.state is HrVersionState.HELD:
        authors = tuple(sorted({*newest.authors, *ports.parameters.authors(written)}))
        if authors != newest.authors:
            also = replace(newest, authors=authors)
            versions = _keep(also, versions=versions, cause=command.cause, ports=ports)
    _have_it_count(versions, ports=ports)


def approve_hr_configuration(command: ApproveHrConfiguration, *, ports: ReviewPorts) -> None:
    """Put the version that is held in force, if it still is the one that was approved; the same again is harmless.

    When another one has come since, nothing was approved, and the change has failed.
    """
    versions = ports.log.versions()
    newest = versions.newest
    if newest is not None and newest.digest == command.digest and newest.state is HrVersionState.HELD:
        version = approved(newest, by=command.cause.actor, at=command.cause.at, before=versions)
        versions = _keep(version, versions=versions, cause=command.cause, ports=ports)
    _have_it_count(versions, ports=ports)
    if versions.in_force and versions.in_force.digest == command.digest:
        ports.changes.expect(command.cause.change, subjects=0)
        return
    ports.changes.expect(command.cause.change, subjects=1)
    note = f"another configuration than {command.digest} has come since: nothing was approved"
    ports.changes.give_up(command.cause, subject=command.subject, note=note)


def _judged(text: str, *, versions: HrVersions, at: datetime, ports: ReviewPorts) -> HrVersion:
    state, reasons = _state_of(text, in_force=versions.in_force, parse=ports.parse)
    number = versions.newest.number + 1 if versions.newest else 1
    authors = ports.parameters.authors(text)
    counts_since = versions.counts_since if state is HrVersionState.IN_FORCE else {}
    return HrVersion(
        number=number, text=text, at=at, state=state, authors=authors, reasons=reasons, counts_since=counts_since
    )


def _state_of(
    text: str, *, in_force: HrVersion | None, parse: Callable[[str], HrConfiguration]
) -> tuple[HrVersionState, tuple[str, ...]]:
    try:
        configuration = parse(text)
    except Invalid as error:
        return HrVersionState.INVALID, error.findings or (str(error),)
    if in_force is None:
        # Whoever deployed the stack has set this up.
        return HrVersionState.IN_FORCE, ()
    try:
        reasons = loosened(parse(in_force.text), configuration)
    except Invalid:
        # From an older release with a wider format: the differences cannot be determined.
        reasons = ("the version in force cannot be read any more",)
    return (HrVersionState.HELD if reasons else HrVersionState.IN_FORCE), reasons


def _keep(version: HrVersion, *, versions: HrVersions, cause: Cause, ports: ReviewPorts) -> HrVersions:
    entry = AuditEntry(
        at=cause.at,
        actor=version.approved_by or ", ".join(version.authors) or cause.actor,
        action="approve-hr-configuration" if version.approved_by else "record-hr-configuration",
        subject=str(ALL_SOURCES),
        change=cause.change,
        outcome="recorded",
        detail=_note(version),
    )
    ports.log.keep(version, before=versions, audit=entry)
    return versions.with_version(version)


def _note(version: HrVersion) -> str:
    reasons = f": {'; '.join(version.reasons)}" if version.reasons else ""
    return f"version {version.number} with digest {version.digest} is {version.state}{reasons}"


def _have_it_count(versions: HrVersions, *, ports: ReviewPorts) -> None:
    text = versions.in_force.text if versions.in_force else ""
    if text and ports.parameters.texts().approved != text:
        ports.parameters.approve(text)
