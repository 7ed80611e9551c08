"""Record deliveries without effect, for queries about the id of their change, and against late deliveries."""

from dataclasses import dataclass, replace

from dayone.model.commands import ApplyHrRecord, RefreshAccount
from dayone.model.subject_state import FactVersion, Head, Plan, SourceRecord
from dayone.planning.plan import REMEMBER_DELIVERIES, PlanInputs
from dayone.ports.idempotency import Echo, Echoes


@dataclass(frozen=True, kw_only=True)
class EchoNotes:
    """Distinction of plans from echoes, which leave the records of subjects and changes unchanged."""

    echoes: Echoes

    def with_heard(self, head: Head) -> Head:
        """Return the head as if it had recorded the echoes of each source, too: older records are stale."""
        heard = self.echoes.heard(head.subject) if head.source_records else {}
        return replace(
            head, source_records=tuple(_as_heard(record, heard.get(record.source)) for record in head.source_records)
        )

    def is_noted(self, plan: Plan, *, inputs: PlanInputs) -> bool:
        """Record a plan without effect, if it is an echo; return False for one that is to be committed.

        For an account in a daily discovery nothing is recorded: nobody was given the id of a change with it as a
        subject.
        """
        command = inputs.command
        leads_to = (plan.operations, plan.grants, plan.reasons, plan.removals, plan.held_reason)
        # Apart from how far the sources and the policy are, of which the subject has nothing more.
        if any(leads_to) or _without_versions(plan.after) != _without_versions(inputs.recorded):
            return False
        if isinstance(command, RefreshAccount):
            return command.only_if_changed and not plan.audit
        if not isinstance(command, ApplyHrRecord) or not (command.delivery and inputs.resolved.is_echo):
            return False
        if self.echoes.is_counted(command.cause.change):
            return False
        # What is older than an echo before it must not put that back.
        noted = self.with_heard(plan.after).source_records
        version = next(record.version for record in noted if record.source == command.record.source)
        self.echoes.note(_echo(command, plan=plan, inputs=inputs, version=version))
        return True


def _echo(command: ApplyHrRecord, *, plan: Plan, inputs: PlanInputs, version: FactVersion) -> Echo:
    return Echo(
        cause=command.cause,
        subject=command.subject,
        source=command.record.source,
        version=version,
        delivery=command.delivery,
        forget_at=inputs.now + REMEMBER_DELIVERIES,
        notes=plan.notes,
    )


def _without_versions(head: Head) -> tuple[object, ...]:
    source_records = tuple(
        (record.source, record.attributes, record.presence, record.flaws, record.tellers)
        for record in head.source_records
    )
    return replace(head, version=None, policy_version=0, revision=0, source_records=()), source_records


def _as_heard(record: SourceRecord, version: FactVersion | None) -> SourceRecord:
    is_newer = version is not None and version.is_newer_than(record.version)
    return replace(record, version=version) if is_newer and version else record
