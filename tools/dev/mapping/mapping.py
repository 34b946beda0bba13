#!/usr/bin/env python3
"""Writes docs/mapping.md: what becomes of every field of the Gateway API, by which rule, shown where.

    mapping.py --binary bin/pawprint              check that docs/mapping.md is what it would write
    mapping.py --binary bin/pawprint --update     write it

Fields come from the CRDs' schemas, rules from `pawprint explain`, claimed features from the status of a GatewayClass, and what
becomes of a field from fields.yaml. Exit 0: up to date. 1: not, or a field, rule, scenario or feature is missing somewhere.
"""
import argparse
import copy
import json
import pathlib
import re
import subprocess
import sys

import yaml

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[2]
DATA = ROOT / "tests" / "conformance" / "data"
CRDS = ROOT / "deploy" / "crds" / "gateway-api-v1.6.1"
FOLDERS = {"oracle": ("tests/oracle/cases/", ".json"), "scenarios": ("tests/scenarios/", ""),
           "conformance": ("tests/conformance/data/tests/", ".json")}
CLASS = {"apiVersion": "gateway.networking.k8s.io/v1", "kind": "GatewayClass", "metadata": {"name": "kuma"},
         "spec": {"controllerName": "gateways.kuma.io/controller"}}
HEADER = """# From the Gateway API to Kuma

What the profile `kuma-2.14` makes of every field of the Gateway API v1.6.1, experimental ones included. `tools/dev/mapping/mapping.py`
writes this page from the CRDs' schemas and the rules of the program; `pawprint explain RULE` says more of each. A scenario is a folder of
`tests/scenarios`, a recording of Kuma in `tests/oracle/cases`, or a test of `tests/conformance/data/tests`. `every_leaf.py` sets each field
and sees that something changes. What other profiles do differently is in [quirks.md](quirks.md).
"""


class Fault(Exception):
    """Something that does not fit together."""


def run(binary, *arguments, given=None):
    text = None if given is None else json.dumps(given)
    done = subprocess.run([binary, *arguments, "-o", "json", "-q"], input=text, capture_output=True, text=True, timeout=60, check=False)
    try:
        return json.loads(done.stdout)
    except json.JSONDecodeError:
        raise Fault(f"{' '.join(arguments)}: exit {done.returncode}, no JSON: {done.stderr.strip()[:300]}") from None


def leaves(schema, path=""):
    """Paths of all leaves of a schema, with [] for items and {} for values of maps."""
    if schema.get("properties"):
        for name, inner in sorted(schema["properties"].items()):
            yield from leaves(inner, f"{path}.{name}")
    elif isinstance(schema.get("additionalProperties"), dict):
        yield from leaves(schema["additionalProperties"], path + "{}")
    elif schema.get("type") == "array":
        yield from leaves(schema["items"], path + "[]")
    else:
        yield path


def schemas():
    """(specs, statuses): leaves by kind."""
    specs = {kind: list(leaves(parts["spec"])) for kind, parts in json.loads((DATA / "experimental-schemas.json").read_text()).items()}
    statuses = {}
    for path in sorted(CRDS.glob("*.yaml")):
        definition = yaml.safe_load(path.read_text())["spec"]
        kind = definition["names"]["kind"]
        stored = next(each for each in definition["versions"] if each["storage"])["schema"]["openAPIV3Schema"]["properties"]
        specs.setdefault(kind, list(leaves(stored["spec"])))
        if stored.get("status", {}).get("properties"):
            statuses[kind] = list(leaves(stored["status"]))
    return dict(sorted(specs.items())), statuses


class Rules:
    """The rules of the program, and which of them have been named."""

    def __init__(self, binary):
        self.by_id = {each["id"]: each for each in run(binary, "explain")["rules"]}
        self.named = set()

    def get(self, name):
        if name not in self.by_id:
            raise Fault(f"fields.yaml names the rule {name}, which the program does not have")
        self.named.add(name)
        return self.by_id[name]

    def target(self, names):
        return "; ".join(dict.fromkeys(self.get(each)["kuma"] for each in names if self.get(each)["kuma"] != "-"))

    def scenarios(self, names):
        return list(dict.fromkeys(each for name in names for each in re.split(r",\s+", self.get(name)["scenario"])))


def check_scenario(name):
    folder, _, rest = name.partition("/")
    if folder not in FOLDERS:
        return  # A test of another suite, named in words.
    before, after = FOLDERS[folder]
    if not (ROOT / f"{before}{rest}{after}").exists():
        raise Fault(f"a rule names {name}, which does not exist")


def covers(prefix, leaf):
    return leaf == prefix or (leaf.startswith(prefix) and leaf[len(prefix)] in ".[{")


def choose(entries, kind, leaf, used):
    """The entry of a field: the one with the longest prefix."""
    fitting = [(len(prefix), number) for number, entry in enumerate(entries) if kind in entry["kinds"]
               for prefix in entry["at"] if covers(prefix, leaf)]
    if not fitting:
        raise Fault(f"nothing is said of {kind} {leaf}")
    fitting.sort(reverse=True)
    if len(fitting) > 1 and fitting[0][0] == fitting[1][0] and fitting[0][1] != fitting[1][1]:
        raise Fault(f"two entries speak of {kind} {leaf}")
    used.add(fitting[0][1])
    return entries[fitting[0][1]]


def check_no_effect(binary, entry):
    """What is said to have no effect has none."""
    changed = copy.deepcopy(entry["example"])
    changed["spec"].update(entry["value"])
    before, after = (run(binary, "translate", "-f", "-", given=each) for each in (entry["example"], changed))
    if any(before[part] != after[part] for part in ("resources", "statuses", "diagnostics")):
        raise Fault(f"{entry['at']} is said to have no effect, and it has one")


def cell(text):
    return text.replace("|", "\\|")


def row(*cells):
    return "| " + " | ".join(cell(each) for each in cells) + " |"


def table(head, rows):
    return [row(*head), "|" + "---|" * len(head), *rows, ""]


def codes(names):
    return ", ".join(f"`{each}`" for each in names)


def field_rows(binary, rules, entries, kind, paths, used):
    for leaf in paths:
        entry = choose(entries, kind, leaf, used)
        if "no_effect" in entry:
            check_no_effect(binary, entry)
            yield row(f"`{leaf}`", f"no effect: {entry['no_effect']}", "", "")
            continue
        becomes = entry.get("becomes") or rules.target(entry["rules"])
        if not becomes:
            raise Fault(f"neither fields.yaml nor a rule says what {kind} {leaf} becomes")
        yield row(f"`{leaf}`", becomes, codes(entry["rules"]), ", ".join(rules.scenarios(entry["rules"])))


def status_rows(rules, entries, kind, paths, used):
    """One row an entry: the leaves below a condition are all alike."""
    seen = {}
    for leaf in paths:
        entry = choose(entries, kind, leaf, used)
        prefix = max((each for each in entry["at"] if covers(each, leaf)), key=len)
        seen.setdefault(prefix, entry)
    for prefix, entry in seen.items():
        yield row(f"`{prefix}`", codes(entry["rules"]), ", ".join(rules.scenarios(entry["rules"])))


def all_used(entries, used, what):
    for number, entry in enumerate(entries):
        if number not in used:
            raise Fault(f"fields.yaml: no field of {what} is at {entry['at']} of {entry['kinds']}")


def claimed(binary):
    status = next(each["status"] for each in run(binary, "translate", "-f", "-", given=CLASS)["statuses"])
    return {each["name"] for each in status["supportedFeatures"]}


def unclaimed_tests(features):
    """Feature -> upstream tests that need it, of the features that are not claimed."""
    out = {}
    for test, wanted in json.loads((DATA / "upstream-tests.json").read_text()).items():
        for each in wanted:
            if each not in features:
                out.setdefault(each, []).append(test)
    return out


def limit_lines(rules, limits, features):
    lacking = unclaimed_tests(features)
    explained = {}
    rows = []
    for limit in limits:
        tests = set()
        for feature in limit.get("features", []):
            if feature in features:
                raise Fault(f"{feature} is claimed, and fields.yaml says that it cannot be")
            explained[feature] = True
            tests.update(lacking.get(feature, []))
        names = codes(limit.get("features", []))
        rows.append(row(limit["what"], limit["why"], limit["answer"], codes(rules.get(each)["id"] for each in limit["rules"]),
                        names, ", ".join(sorted(tests))))
    mesh = sorted(each for each in lacking if each.startswith("Mesh") and each not in explained)
    missing = sorted(set(lacking) - set(explained) - set(mesh))
    if missing:
        raise Fault(f"fields.yaml does not say why these features are not claimed: {', '.join(missing)}")
    yield from table(["what", "why", "what happens", "rules", "not claimed", "upstream tests that are therefore not claimed"], rows)
    tests = sorted({test for feature in mesh for test in lacking[feature]})
    yield (f"A GatewayClass speaks for gateways. No object speaks for the mesh, so {codes(mesh)} and with them these tests are not claimed "
           "either, although Service parents are served: " + ", ".join(tests) + ".")
    yield ""


def failing_lines(failing, features):
    """Upstream tests that are not passed. Each is known, named once, and unclaimed or contradicts what is claimed."""
    wanted = json.loads((DATA / "upstream-tests.json").read_text())
    named = [test for entry in failing for test in entry["tests"]]
    for test in named:
        if test not in wanted or named.count(test) > 1:
            raise Fault(f"fields.yaml: {test} is no test of upstream, or not passed for two reasons")
    yield "The upstream suite, run as if every feature were claimed, has these that are not passed:"
    yield ""
    yield from table(["test", "needs", "wants", "not passed because of"], [
        row(test, codes(each for each in wanted[test] if each not in features) or "nothing unclaimed", entry["wants"], entry["why"])
        for entry in failing for test in entry["tests"]])


def page(binary):
    given = yaml.safe_load((HERE / "fields.yaml").read_text())
    rules = Rules(binary)
    for rule in rules.by_id.values():
        for name in re.split(r",\s+", rule["scenario"]):
            check_scenario(name)
    specs, statuses = schemas()
    out = [HEADER]
    used = set()
    for kind, paths in specs.items():
        out += [f"## {kind}", ""]
        out += table(["`.spec` field", "becomes", "rules", "scenarios"], list(field_rows(binary, rules, given["specs"], kind, paths, used)))
    all_used(given["specs"], used, "a spec")
    out += ["## Metadata", ""]
    out += table(["field", "becomes", "rules", "scenarios"], [
        row(each["field"], each["becomes"], codes(each["rules"]), ", ".join(rules.scenarios(each["rules"]))) for each in given["metadata"]])
    out += ["## Status", "", "Written by Pawprint; entries of other controllers stay as they are.", ""]
    used = set()
    for kind, paths in sorted(statuses.items()):
        out += [f"### {kind}", ""]
        out += table(["`.status` field", "rules", "scenarios"], list(status_rows(rules, given["status"], kind, paths, used)))
    all_used(given["status"], used, "a status")
    features = claimed(binary)
    out += ["## What Kuma 2.14 cannot express", "", *limit_lines(rules, given["limits"], features)]
    out += ["## Upstream tests that are not passed", "", *failing_lines(given["failing"], features)]
    rest = [each for name, each in rules.by_id.items() if name not in rules.named]
    out += ["## Rules that no single field asks for", ""]
    out += table(["rule", "from", "to", "why", "scenarios"],
                 [row(f"`{each['id']}`", each["gatewayAPI"], each["kuma"], each["why"], each["scenario"]) for each in rest])
    return "\n".join(out).rstrip("\n") + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", required=True)
    parser.add_argument("--update", action="store_true")
    parser.add_argument("--page", default=ROOT / "docs" / "mapping.md", type=pathlib.Path, metavar="FILE")
    options = parser.parse_args()
    try:
        fresh = page(options.binary)
    except Fault as fault:
        print(f"mapping.py: {fault}", file=sys.stderr)
        return 1
    if options.update:
        options.page.write_text(fresh)
    elif not options.page.exists() or options.page.read_text() != fresh:
        print(f"{options.page} is not up to date: tools/dev/mapping/mapping.py --binary {options.binary} --update", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
