#!/usr/bin/env python3
"""Runs the conformance tests of Gateway API, restated as data (data/README.md), against pawprint.

Status assertions are judged by `pawprint translate`, request tables by `pawprint route`. The documents of every step, in
given, reversed and ten shuffled orders, must give the same bytes. Exit 0: every test passes that the GatewayClass's
supportedFeatures claim. 1: an assertion fails. 2: bad flags or no such test.
"""

import argparse
import concurrent.futures
import os
import pathlib
import random
import sys
import tempfile

import yaml

import certificates
from program import Failure, Program, parse, write_list
from states import CLASS_NAME, Fixtures, states, with_addresses
from statuses import Judge
from traffic import Case, NotAskable, words_of
from variation import Variation, unchanged

HERE = pathlib.Path(__file__).resolve().parent
SHUFFLES = 10


class Result:
    """What one test showed."""

    def __init__(self, name):
        self.name = name
        self.lines = []
        self.broken = False  # It failed in a way that no unclaimed feature excuses.
        self.passed = 0
        self.claimed = None
        self.notes = []
        self.test = {}

    def add(self, step, what, lines):
        self.passed += not lines
        for line in lines:
            text = f"{self.name} step {step} {what}{line}"
            if text not in self.lines:
                self.lines.append(text)


class Runner:
    def __init__(self, program, fixtures, options):
        self.program = program
        self.fixtures = fixtures
        self.status_only = options.status_only
        self.orders = options.orders
        self.vary = options.vary

    def run(self, path):
        result = Result(path.stem)
        test = result.test = self.fixtures.test(path)
        with tempfile.TemporaryDirectory(prefix="pawprint-conformance-") as name:
            try:
                self.steps(test, pathlib.Path(name), result)
            except (Failure, KeyError, TypeError, ValueError) as error:
                result.lines.append(f"{path.stem}: {type(error).__name__}: {error}")
                result.broken = True
        return result

    def steps(self, test, folder, result):
        change = unchanged if self.vary is None else Variation(f"{self.vary} {test['test']}")
        before = {}
        for number, step, objects in states(self.fixtures, test, change):
            output = self.same_bytes(folder, number, objects, result)
            first = parse(output, "Translation")
            settled = with_addresses(objects, first)
            settled_file = write_list(folder / f"settled-{number}.json", settled)
            second = parse(self.program.translate(settled_file), "Translation")
            if number == 0:
                result.claimed = claimed_features(first, change)
            judges = [Judge(objects, first, before, settled=False), Judge(settled, second, before)]
            for entry in step.get("expectStatus", []):
                result.add(number, "", [line for judge in judges for line in judge.failures(entry)])
            if not self.status_only:
                for case in step.get("cases", []):
                    self.ask(case, number, settled_file, result)
            before = judges[0].generations()

    def ask(self, case, number, path, result):
        label = f"case {case['name']!r} "
        try:
            answer = self.program.route(words_of(case["request"]), path)
        except (Failure, NotAskable) as error:
            result.add(number, label, [str(error)])
            result.broken = result.broken or isinstance(error, Failure)
            return
        result.add(number, label, Case(case, answer).failures())

    def same_bytes(self, folder, number, objects, result):
        """The answer for the documents in given order; other orders must give the same bytes."""
        path = folder / f"given-{number}.yaml"
        path.write_text(yaml.dump_all(objects, Dumper=getattr(yaml, "CSafeDumper", yaml.SafeDumper)), encoding="utf-8")
        output = self.program.translate(path)
        choice = random.Random(f"{result.name} {number}")
        for order in range(self.orders + 1):
            changed = objects[::-1] if order == 0 else choice.sample(objects, len(objects))
            other = self.program.translate(write_list(folder / "shuffled.json", changed))
            if other != output:
                result.add(number, "", [f"documents in order {order or 'reversed'}: expected the same bytes, got others"])
                result.broken = True
        return output


def claimed_features(translation, change):
    """supportedFeatures of our class's status; None when the status has no such list."""
    name = CLASS_NAME if change is unchanged else change.renamed(CLASS_NAME)
    for each in translation["statuses"]:
        if each["kind"] == "GatewayClass" and each["metadata"]["name"] == name:
            features = each["status"].get("supportedFeatures")
            return {feature["name"] for feature in features} if features else None
    return None


def why_not_judged(test, claimed):
    """Why a test is not counted, or an empty text."""
    if claimed is None:
        return ""
    requires = test.get("requires") or {}
    lacking = [each for each in requires.get("features", []) if each not in claimed]
    present = [each for each in requires.get("featuresAbsent", []) if each in claimed]
    if lacking or present:
        return f"asserts nothing ({', '.join(lacking + present)})"
    mesh = test["suite"] == "mesh" and not any(each.startswith("Mesh") for each in claimed)
    unclaimed = [] if mesh else [each for each in test.get("features", []) if each not in claimed]
    return f"not claimed: {', '.join(unclaimed)}" if unclaimed else ""


def chosen_tests(folder, only):
    paths = sorted((folder / "tests").glob("*.json"))
    known = {path.stem: path for path in paths}
    missing = [name for name in only or [] if name not in known]
    if missing or not paths:
        raise LookupError(f"no test named {', '.join(missing) or 'at all'} in {folder / 'tests'}")
    return [known[name] for name in only] if only else paths


def report(result, counts, verbose):
    reason = why_not_judged(result.test, result.claimed)
    kind = "provisional " if result.test.get("provisional") else ""
    if reason and not result.broken:
        counts["not claimed"] += 1
        print(f"not claimed {result.name}: {reason}; {len(result.lines)} assertions fail, {result.passed} hold")
    elif result.lines:
        counts["failed"] += 1
        print(f"FAIL {kind}{result.name}: {len(result.lines)} assertions fail, {result.passed} hold")
    elif not result.passed:
        counts["not judged"] += 1
        if verbose:
            print(f"     {result.name}: nothing is asserted without its request table")
    else:
        counts["passed"] += 1
        if verbose:
            print(f"ok   {kind}{result.name}: {result.passed} assertions")
    if not reason or result.broken or verbose:
        for line in result.lines:
            print(f"     {line}")


def parse_flags():
    flags = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    flags.add_argument("--binary", required=True, help="the pawprint program")
    flags.add_argument("--only", action="append", metavar="TEST", help="this test; may be repeated")
    flags.add_argument("--data", default=HERE / "data", type=pathlib.Path, metavar="DIR")
    flags.add_argument("--profile", default="kuma-2.14")
    flags.add_argument("--status-only", action="store_true", help="leave the request tables out")
    flags.add_argument("--vary", metavar="SEED", help="change names, ports and creation times, and what is expected of them")
    flags.add_argument("--orders", type=int, default=SHUFFLES, metavar="N", help="shuffled orders of the documents")
    flags.add_argument("-v", "--verbose", action="store_true")
    return flags.parse_args()


def main():
    options = parse_flags()
    try:
        if not os.access(options.binary, os.X_OK):
            raise LookupError(f"{options.binary} is not a program")
        paths = chosen_tests(options.data, options.only)
    except LookupError as error:
        print(f"run.py: {error}", file=sys.stderr)
        return 2
    fixtures = Fixtures(options.data, *certificates.make_objects())
    runner = Runner(Program(options.binary, options.profile), fixtures, options)
    counts = {"passed": 0, "failed": 0, "not claimed": 0, "not judged": 0}
    claimed = None
    with concurrent.futures.ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        for result in pool.map(runner.run, paths):
            report(result, counts, options.verbose)
            claimed = result.claimed or claimed
    print(", ".join(f"{count} {what}" for what, count in counts.items())
          + ("" if claimed else " (the GatewayClass lists no supportedFeatures: every test is judged)"))
    return 1 if counts["failed"] else 0


if __name__ == "__main__":
    sys.exit(main())
