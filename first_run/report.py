"""Report of a run: JSON for programs, Markdown for people, without anything that identifies the organisation."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from first_run.names import STACK
from first_run.record import State, StepRecord
from first_run.redaction import Redactor

JSON, MARKDOWN = "first-run-report.json", "first-run-report.md"


def as_document(state: State, *, order: Sequence[str], release: str, region: str) -> dict[str, Any]:
    """Return the whole report, redacted; `order` are the names of all steps, including those that were not run."""
    steps = [_step(state.steps[name]) for name in order if name in state.steps]
    document = {
        "release": release,
        "region": region,
        "not_run": [name for name in order if name not in state.steps],
        "differences": [f"{step.name}: {text}" for step in state.steps.values() for text in differences(step)],
        "steps": steps,
    }
    folders = (str(Path.home()), str(Path.cwd()))
    redacted: dict[str, Any] = Redactor(own=STACK, folders=folders).redacted(document)
    return redacted


def differences(step: StepRecord) -> Iterator[str]:
    """Yield the differences of a step from its expectations, in words."""
    for check in step.checks:
        if check.observed != check.expected:
            yield f"{check.what}: expected {check.expected}, was {check.observed}"
        elif not check.holds:
            yield f"{check.what}: took {check.seconds:.0f} s, expected within {check.within:.0f} s"
    if step.error:
        yield f"stopped: {step.error}"


def write(document: Mapping[str, Any], folder: Path) -> list[Path]:
    """Write both files; returns where they are."""
    texts = {JSON: json.dumps(document, indent=1) + "\n", MARKDOWN: as_markdown(document)}
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    return [folder / name for name in texts]


def as_markdown(document: Mapping[str, Any]) -> str:
    """Return the report for people, which ends with the differences."""
    lines = [
        "# First run of Day One on AWS",
        "",
        f"Release {document['release']}, Region {document['region']}.",
    ]
    for step in document["steps"]:
        lines += ["", f"## {step['name']}", "", f"{step['began_at']}, {step['seconds']:.0f} s", "", *_table(step)]
        lines += [f"* {note}" for note in _notes(step)]
    lines += ["", "## What differed", ""]
    lines += [f"* {text}" for text in document["differences"]] or ["Nothing."]
    if document["not_run"]:
        lines += ["", f"Not run: {', '.join(document['not_run'])}."]
    return "\n".join(lines) + "\n"


def _step(step: StepRecord) -> dict[str, Any]:
    return {**asdict(step), "checks": [{**asdict(check), "holds": check.holds} for check in step.checks]}


def _table(step: Mapping[str, Any]) -> Iterator[str]:
    yield from ("| | what | expected | observed | seconds |", "|---|---|---|---|---|")
    for check in step["checks"]:
        seconds = "" if check["seconds"] is None else f"{check['seconds']:.1f}"
        cells = ("✓" if check["holds"] else "✗", check["what"], check["expected"], check["observed"], seconds)
        yield "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"
    yield ""


def _notes(step: Mapping[str, Any]) -> Iterator[str]:
    """Operations with AWS's request ids and words; what a setup check warns of; what AWS refused or could not make."""
    for note in step["notes"]:
        if "reason" in note:
            yield f"{note['what']}: {note['resource']} ({note['type']}): {note['reason']}"
        for finding in note.get("findings", ()):
            if finding["state"] != "ok":
                yield f"{note['what']}: {finding['name']} is {finding['state']}: {finding['message']}"
        for operation in note.get("change", {}).get("operations", ()):
            reason = operation.get("failure_reason") or operation.get("refusal") or ""
            request = f", request {operation['request_id']}" if operation.get("request_id") else ""
            text = f"{note['what']}: {operation['kind']} {operation['state']}{request} {reason}"
            yield " ".join(text.split())
