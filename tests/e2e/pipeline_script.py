#!/usr/bin/python3
"""What a runner of GitHub or GitLab does with our files before it has a shell run them.

usage: pipeline_script.py github ACTION_YML [INPUT=VALUE ...]     the script of the action's steps
       pipeline_script.py outputs ACTION_YML OUTPUT_FILE          the action's outputs, name=value
       pipeline_script.py gitlab TEMPLATE_YML [INPUT=VALUE ...]   the script of the template's job
"""
import os
import re
import shlex
import sys

import yaml


def inputs_of(declared, given, is_required):
    unknown = set(given) - set(declared)
    missing = {name for name, spec in declared.items() if is_required(spec) and name not in given}
    if unknown or missing:
        sys.exit(f"inputs: unknown {sorted(unknown)}, missing {sorted(missing)}")
    return {name: given.get(name, spec.get("default", "")) for name, spec in declared.items()}


def exports(variables):
    return [f"export {name}={shlex.quote(value)}" for name, value in variables.items()]


def filled(text, opening, closing, values):
    """The text with each expression replaced; one that is not among the values is a KeyError."""
    expression = re.escape(opening) + r"\s*(\S+)\s*" + re.escape(closing)
    result = re.sub(expression, lambda found: str(values[found[1]]), text)
    if opening in result:
        sys.exit(f"an expression was left in: {result}")
    return result


def github(path, given):
    action = yaml.safe_load(open(path, encoding="utf-8"))
    inputs = inputs_of(action["inputs"], given, lambda spec: spec.get("required", False))
    values = {f"inputs.{name}": value for name, value in inputs.items()}
    if action["runs"]["using"] != "composite":
        sys.exit("not a composite action")
    lines = ["set -e -o pipefail", f"export GITHUB_ACTION_PATH={shlex.quote(os.path.dirname(os.path.abspath(path)))}"]
    for step in action["runs"]["steps"]:
        if step["shell"] != "bash":
            sys.exit("a step wants another shell than bash")
        lines += exports({name: filled(text, "${{", "}}", values) for name, text in step["env"].items()})
        lines.append(step["run"])
    return "\n".join(lines)


def outputs(path, file):
    action = yaml.safe_load(open(path, encoding="utf-8"))
    step = action["runs"]["steps"][0]["id"]
    written = dict(line.rstrip("\n").split("=", 1) for line in open(file, encoding="utf-8"))
    values = {f"steps.{step}.outputs.{name}": value for name, value in written.items()}
    return "\n".join(f"{name}={filled(spec['value'], '${{', '}}', values)}" for name, spec in action["outputs"].items())


def gitlab(path, given):
    head, template = open(path, encoding="utf-8").read().split("\n---\n")
    declared = yaml.safe_load(head)["spec"]["inputs"]
    inputs = inputs_of(declared, given, lambda spec: "default" not in spec)
    for name, value in inputs.items():
        if isinstance(value, bool):
            inputs[name] = str(value).lower()
    jobs = yaml.safe_load(filled(template, "$[[", "]]", {f"inputs.{name}": value for name, value in inputs.items()}))
    (name, job), = jobs.items()
    if name != inputs["name"] or job["stage"] != inputs["stage"]:
        sys.exit(f"the job is called {name} and is of stage {job['stage']}")
    variables = {name: os.path.expandvars(str(value)) for name, value in job["variables"].items()}
    return "\n".join(["set -e -o pipefail", *exports(variables), *job["before_script"], *job["script"]])


def main(what, path, *rest):
    if what == "outputs":
        print(outputs(path, *rest))
    else:
        print({"github": github, "gitlab": gitlab}[what](path, dict(pair.split("=", 1) for pair in rest)))


if __name__ == "__main__":
    main(*sys.argv[1:])
