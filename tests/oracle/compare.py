#!/usr/bin/env python3
"""Compares pawprint's profile kuma-2.14-compat with recordings of Kuma 2.14.3 (README.md).

Exit 0: no difference. 1: differences. 2: bad flags or no such case.
"""

import argparse
import concurrent.futures
import json
import os
import pathlib
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path.append(str(HERE.parent / "conformance"))
from program import Failure, Program, parse, write_list  # noqa: E402  (after the path is set)

from comparing import STATUS_KINDS, compare
from crd_defaults import Defaults
from history import GENERATED, History, key_of

SETTINGS = ["--profile", "kuma-2.14-compat", "--zone", "zone-1"]
STATUS_TYPES = {"GatewayClass": "gatewayclasses", "Gateway": "gateways", "HTTPRoute": "httproutes"}
GENERATED_TYPES = {"MeshGateway": "meshgateways", "MeshGatewayInstance": "meshgatewayinstances",
                   "MeshHTTPRoute": "meshhttproutes", "Secret": "secrets"}


def run(command, accept=(0,)):
    """Standard output of a command that must end with one of the exit codes."""
    return Program(command[0]).run(*command[1:], accept=accept)


def translate(binary, folder, name, objects):
    path = write_list(folder / f"{name}.json", objects)
    return run([binary, "translate", *SETTINGS, "-o", "json", "-f", str(path)])


def single_step(case, binary, folder, defaults):
    if case.get("stuck"):
        return [], "stuck"
    refused = {key_of(each["object"]) for each in case.get("applyErrors", [])}
    objects = [obj for obj in case["input"] if key_of(obj) not in refused]
    output = translate(binary, folder, "input", objects)
    answer = parse(output, "Translation")
    lines = compare(case, answer["resources"], answer["statuses"], defaults, generations=True)
    if output != translate(binary, folder, "reversed", objects[::-1]):
        lines.append("translate: other bytes for the same documents in reverse order")
    return lines, ""


def is_generated(obj):
    if obj["kind"] == "Secret":
        meta = obj["metadata"]
        return meta.get("namespace") == "kuma-system" and meta["name"].startswith("gapi-")
    return obj["kind"] in GENERATED


def get(binary, store, kind_type):
    answer = parse(run([binary, "get", kind_type, "-A", "-o", "json", "--store", str(store)]), "List")
    return answer["items"]


def several_steps(case, binary, folder, defaults, from_stored):
    history = History(from_stored)
    store = folder / "store"
    lines = []
    for number, step in enumerate(case["steps"]):
        events = folder / f"step-{number}.jsonl"
        with events.open("w", encoding="utf-8") as out:
            for event in history.step(step):
                out.write(json.dumps(event) + "\n")
        run([binary, "import", str(events), "--store", str(store), *SETTINGS])
        if step.get("stuck") or step["fresh"].get("stuck"):
            continue
        resources = [obj for each in GENERATED_TYPES.values() for obj in get(binary, store, each)]
        statuses = [obj for kind in STATUS_KINDS for obj in get(binary, store, STATUS_TYPES[kind])]
        found = compare(step["fresh"], [obj for obj in resources if is_generated(obj)], statuses,
                        defaults, generations=False)
        lines.extend(f"step {number}: {line}" for line in found)
    return lines, ""


def compare_case(path, binary, defaults, from_stored):
    """(differences, note) of one recording."""
    case = json.loads(path.read_text(encoding="utf-8"))
    with tempfile.TemporaryDirectory(prefix="pawprint-oracle-") as name:
        folder = pathlib.Path(name)
        try:
            if "steps" in case:
                return several_steps(case, binary, folder, defaults, from_stored)
            return single_step(case, binary, folder, defaults)
        except (Failure, ValueError, KeyError) as error:
            return [f"{type(error).__name__}: {error}"], ""


def chosen_cases(folder, only):
    paths = sorted(pathlib.Path(folder).glob("*.json"))
    if only:
        known = {path.stem: path for path in paths}
        missing = [name for name in only if name not in known]
        if missing:
            raise LookupError(f"no case named {', '.join(missing)} in {folder}")
        paths = [known[name] for name in only]
    if not paths:
        raise SystemExit(f"compare.py: no cases in {folder}")
    return paths


def report(path, lines, note, verbose):
    shown = lines if verbose else lines[:8]
    if lines:
        print(f"FAIL {path.stem}")
        for line in shown:
            print(f"     {line}")
        if len(shown) < len(lines):
            print(f"     ... {len(lines) - len(shown)} more (-v shows them)")
    elif note or verbose:
        print(f"{'skip' if note else 'ok  '} {path.stem} {note}".rstrip())


def main():
    flags = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    flags.add_argument("--binary", required=True, help="the pawprint program")
    flags.add_argument("--only", action="append", metavar="NAME", help="this case; may be repeated")
    flags.add_argument("--cases", default=HERE / "cases", metavar="DIR")
    flags.add_argument("--crds", default=HERE.parents[1] / "deploy" / "crds" / "kuma-2.14", metavar="DIR")
    flags.add_argument("--events", choices=("applied", "stored"), default="applied",
                       help="objects of watch events: as applied, or as stored with API defaults")
    flags.add_argument("-v", "--verbose", action="store_true")
    options = flags.parse_args()
    try:
        if not os.access(options.binary, os.X_OK):
            raise LookupError(f"{options.binary} is not a program")
        defaults = Defaults(options.crds)
        paths = chosen_cases(options.cases, options.only)
    except LookupError as error:
        print(f"compare.py: {error}", file=sys.stderr)
        return 2

    counts = {"equal": 0, "different": 0, "skipped": 0}
    with concurrent.futures.ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        results = pool.map(lambda path: compare_case(path, options.binary, defaults,
                                                     options.events == "stored"), paths)
        for path, (lines, note) in zip(paths, results):
            report(path, lines, note, options.verbose)
            counts["different" if lines else "skipped" if note else "equal"] += 1
    print(", ".join(f"{count} {what}" for what, count in counts.items()))
    return 1 if counts["different"] else 0


if __name__ == "__main__":
    sys.exit(main())
