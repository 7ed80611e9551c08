"""The transform that CloudFormation runs over a SAM template, by the SAM CLI's Python, which alone has it.

Usage: `.tools/sam/bin/python tests/deploy/sam_transform.py REGION`. Standard input is JSON: `template`, the text of a
template, and `parameters`, a list of sets of them; standard output is a list with the template for each. A template
without the transform comes back as it is.
"""

import json
import logging
import sys
from copy import deepcopy
from typing import Any

import boto3
from samtranslator.parser.parser import Parser  # type: ignore[import-not-found]
from samtranslator.translator.translator import Translator  # type: ignore[import-not-found]
from samtranslator.yaml_helper import yaml_parse  # type: ignore[import-not-found]


def packaged(text: str) -> Any:  # noqa: ANN401 - JSON
    """Return a template as `sam deploy` uploads it, its code in a bucket."""
    template = yaml_parse(text)
    for resource in template["Resources"].values():
        for name in {"CodeUri", "ContentUri"} & resource.get("Properties", {}).keys():
            resource["Properties"][name] = "s3://packaged/code"
    return template


def main() -> None:
    """Answer all of standard input; raises samtranslator's InvalidDocumentException."""
    logging.disable(logging.WARNING)
    (region,) = sys.argv[1:]
    asked = json.load(sys.stdin)
    template = packaged(asked["template"])
    if "Transform" in template:
        translator = Translator({}, Parser(), boto_session=boto3.session.Session(region_name=region))
        json.dump([translator.translate(deepcopy(template), each) for each in asked["parameters"]], sys.stdout)
    else:
        json.dump([template for _ in asked["parameters"]], sys.stdout)


if __name__ == "__main__":
    main()
