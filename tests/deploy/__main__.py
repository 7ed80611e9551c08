"""`make check-deploy`: what stands between the templates and a stack on AWS, whatever their parameters are.

Usage: `python -m tests.deploy [TEMPLATE ...]`; all templates without any. Ends with 1 if a rule is broken.
"""

import sys
from collections.abc import Sequence

from tests.deploy import checks
from tests.deploy.checks import Combination, Finding
from tests.deploy.combinations import STACK_NAME
from tests.deploy.samples import TEMPLATES

# Rules about how a template is written. Here its parameters have been filled in as text, as CloudFormation does it.
OF_FILLING_IN = {
    "W9002": "an ARN stands where a parameter was",
    "W9003": "a number or a boolean is text, as the value of every parameter is",
    "W9013": "an account's id stands where AWS::AccountId was",
}
_WITHOUT_NODE = (
    "SKIPPED the rules of cdk-preflight and of AWS's engine: Node.js 20 or newer is not here. cfn-lint is asked."
)

type Broken = dict[tuple[str, Finding], list[Combination]]


def broken(combinations: Sequence[Combination], *, with_rule_pack: bool) -> Broken:
    """Return the rules that are broken in each template, with the combinations in which they are."""
    rules: Broken = {}
    checked = checks.check(combinations, with_rule_pack=with_rule_pack)
    for combination, findings in zip(combinations, checked, strict=True):
        for finding in findings:
            if finding.rule not in OF_FILLING_IN:
                rules.setdefault((combination.file, finding), []).append(combination)
    return rules


def main(files: Sequence[str]) -> int:
    """Check templates; returns the exit code."""
    with_rule_pack = checks.node() is not None
    if not with_rule_pack:
        _print(_WITHOUT_NODE)
    combinations = [each for file in files for each in checks.combinations(file)]
    rules = broken(combinations, with_rule_pack=with_rule_pack)
    for (file, finding), where in rules.items():
        _print(f"{file}: {finding.resource} {finding.path}: {finding.message} ({finding.level} {finding.rule})")
        _print(f"  in {len(where)} combinations of parameters, such as {_shown(where[0])}")
    _print(f"{len(combinations)} combinations of the parameters of {', '.join(files)}: {len(rules)} findings")
    return 1 if rules else 0


def _shown(combination: Combination) -> str:
    given = {name: value for name, value in combination.parameters.items() if not name.startswith("AWS::")}
    texts = [f"{name}={value!r}" for name, value in given.items()]
    return f"{' '.join(texts)} in a stack called {combination.parameters[STACK_NAME]}"


def _print(line: str) -> None:
    sys.stdout.write(f"{line}\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:] or TEMPLATES))
