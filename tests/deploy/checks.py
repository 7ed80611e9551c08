"""The two checks of what CloudFormation would create: the rules of cdk-preflight with AWS's engine, and cfn-lint."""

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sandbox import paths
from tests.deploy.combinations import levels_of, pairwise
from tests.deploy.resolution import resolve
from tests.deploy.samples import ACCOUNT, REGION, pseudo_parameters
from tests.project.repository import ROOT, template

RULE_PACK = ROOT / ".tools" / "deploy-rules"
_NODE_VERSION = 20
_HERE = Path(__file__).parent


@dataclass(frozen=True, kw_only=True)
class Finding:
    """A rule that a template breaks, at a resource of it."""

    rule: str
    level: str
    resource: str
    path: str
    message: str


@dataclass(frozen=True, kw_only=True)
class Combination:
    """A template of the repository as CloudFormation creates it with these parameters."""

    file: str
    parameters: Mapping[str, str]
    created: Mapping[str, Any]


def node() -> str | None:
    """The Node.js that can run the rule pack, if there is one."""
    found = shutil.which("node")
    if found is None:
        return None
    version = subprocess.run([found, "--version"], capture_output=True, text=True, check=True).stdout  # noqa: S603
    return found if int(version.removeprefix("v").split(".")[0]) >= _NODE_VERSION else None


def combinations(file: str) -> list[Combination]:
    """A template with every set of parameters that is to be tried."""
    return created(file, (ROOT / file).read_text(encoding="utf-8"), pairwise(levels_of(template(file))))


def created(file: str, text: str, rows: Sequence[Mapping[str, str]]) -> list[Combination]:
    """Return CloudFormation's result of a template's text for each of some sets of parameters."""
    values = [{**pseudo_parameters(row["AWS::StackName"]), **row} for row in rows]
    given = [{name: value for name, value in row.items() if not name.startswith("AWS::")} for row in rows]
    asked = {"template": text, "parameters": given}
    transform = [str(paths.sam().with_name("python")), str(_HERE / "sam_transform.py"), REGION]
    return [
        Combination(file=file, parameters=row, created=resolve(transformed, row))
        for transformed, row in zip(json.loads(_run(transform, json.dumps(asked))), values, strict=True)
    ]


def check(combinations: Sequence[Combination], *, with_rule_pack: bool) -> list[list[Finding]]:
    """Return the findings of either check in each template."""
    texts = [json.dumps(each.created) for each in combinations]
    with ThreadPoolExecutor() as both:
        linted = both.submit(_lint, texts)
        ruled = both.submit(_rule_pack, texts) if with_rule_pack else None
        by_pack = ruled.result() if ruled else [[] for _ in texts]
        return [first + second for first, second in zip(linted.result(), by_pack, strict=True)]


def _rule_pack(texts: Sequence[str]) -> list[list[Finding]]:
    command = [node() or "node", str(_HERE / "rule_pack.mjs"), str(RULE_PACK), REGION, ACCOUNT]
    answers = json.loads(_run(command, json.dumps(texts)))
    return [[Finding(**finding) for finding in answer] for answer in answers]


def _lint(texts: Sequence[str]) -> list[list[Finding]]:
    with tempfile.TemporaryDirectory() as folder:
        files = [Path(folder) / f"{number}.json" for number, _ in enumerate(texts)]
        for file, text in zip(files, texts, strict=True):
            file.write_text(text, encoding="utf-8")
        command = [str(Path(sys.executable).with_name("cfn-lint")), "--format", "json", "--non-zero-exit-code", "none"]
        answer = json.loads(_run([*command, "--regions", REGION, "--", *map(str, files)], ""))
        return [[_linted(match) for match in answer if match["Filename"] == str(file)] for file in files]


def _linted(match: Mapping[str, Any]) -> Finding:
    section, *rest = [str(step) for step in match["Location"]["Path"] or [""]]
    return Finding(
        rule=match["Rule"]["Id"],
        level=match["Level"].upper(),
        resource=rest[0] if section in {"Resources", "Outputs"} and rest else section,
        path=".".join(rest[1:]),
        message=match["Message"],
    )


def _run(command: Sequence[str], given: str) -> str:
    ended = subprocess.run(command, input=given, capture_output=True, text=True, check=False)  # noqa: S603
    if ended.returncode != 0:
        raise RuntimeError(f"{' '.join(command[:3])} failed:\n{ended.stderr[-2000:] or ended.stdout[-2000:]}")
    return ended.stdout
