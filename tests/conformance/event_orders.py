#!/usr/bin/env python3
"""The same objects in any order of events give the same outputs and statuses.

For each state of the conformance fixtures: `pawprint import` of event streams that end in those objects, then `status` and
`get`. The streams differ in order, split objects into ADDED of something else, MODIFIED, DELETED and ADDED again, bring objects that go
again, and stop the program between events. Generated objects and statuses must equal those of the plain stream, and the generated
objects those of `translate`. So must outputDigest, unless Secrets are generated: each store hashes payloads with a key of its own.

Exit 0: they do. 1: some differ. 2: bad flags.
"""

import argparse
import concurrent.futures
import copy
import json
import os
import pathlib
import random
import sys
import tempfile

import certificates
from program import Failure, Program, parse, write_list
from run import HERE, chosen_tests
from states import COUNTED, Fixtures, key_of, states
from variation import unchanged

GENERATED = ("meshgateways", "meshgatewayinstances", "meshhttproutes", "meshtcproutes", "meshtimeouts", "meshretries",
             "meshexternalservices", "secrets")
OWNER = "pawprint.dev/owner"
INPUTS = ("gatewayclasses", "gateways", "httproutes", "grpcroutes", "tlsroutes", "tcproutes", "udproutes", "listenersets",
          "backendtlspolicies")


def numbered(objects):
    """Objects as their last version in a cluster: counted kinds at generation 3, so that earlier ones exist."""
    result = copy.deepcopy(objects)
    for place, obj in enumerate(result):
        meta = obj["metadata"]
        meta["uid"] = f"00000000-0000-4000-8000-{place:012d}"
        meta.setdefault("creationTimestamp", "2026-01-01T00:00:00Z")
        if key_of(obj)[0] in COUNTED:
            meta["generation"] = 3
    return result


def damaged(node, choice):
    """A copy that lacks one member or item somewhere below."""
    result = copy.deepcopy(node)
    inner = result
    while isinstance(inner, (dict, list)) and inner:
        place = choice.choice(sorted(inner) if isinstance(inner, dict) else range(len(inner)))
        if not isinstance(inner[place], (dict, list)) or not inner[place] or choice.random() < 0.3:
            del inner[place]
            break
        inner = inner[place]
    return result


def earlier(obj, choice):
    """A version of the object before the last."""
    result = copy.deepcopy(obj)
    for member in ("spec", "data"):
        if result.get(member):
            result[member] = damaged(result[member], choice)
    if obj["kind"] == "Namespace":
        result["metadata"].pop("labels", None)
    if "generation" in result["metadata"]:
        result["metadata"]["generation"] = choice.choice((1, 2))
    return result


def stranger(obj, choice):
    """An object of the same kind that will be gone."""
    result = copy.deepcopy(obj)
    result["metadata"]["name"] = f"a-stranger-{choice.randint(0, 9)}"
    result["metadata"]["uid"] = f"00000000-0000-4000-9000-{choice.randint(0, 10**9):012d}"
    return result


def history(obj, choice):
    """Events that end in the object."""
    way = choice.randint(0, 3)
    if way == 0:
        return [("ADDED", obj)]
    if way == 1:
        return [("ADDED", earlier(obj, choice)), ("MODIFIED", obj)]
    if way == 2:
        before = earlier(obj, choice)
        return [("ADDED", before), ("DELETED", before), ("ADDED", obj)]
    return [("ADDED", obj), ("MODIFIED", earlier(obj, choice)), ("MODIFIED", obj), ("MODIFIED", obj)]


def merged(histories, choice):
    """One stream that keeps the order of each history."""
    pending = [list(each) for each in histories if each]
    stream = []
    while pending:
        place = choice.randrange(len(pending))
        stream.append(pending[place].pop(0))
        if not pending[place]:
            pending.pop(place)
    return stream


def stream_of(objects, choice):
    histories = [history(obj, choice) for obj in objects]
    kinds = [obj for obj in objects if obj["kind"] not in ("Namespace", "Secret", "ConfigMap", "Deployment")]
    for obj in choice.sample(kinds, min(3, len(kinds))):
        other = stranger(obj, choice)
        histories.append([("ADDED", other), ("DELETED", other)])
    unique, seen = [], set()
    for each in histories:
        key = key_of(each[0][1])
        if key not in seen:
            seen.add(key)
            unique.append(each)
    return merged(unique, choice)


def comparable(node):
    """Without times, and with one word for every hash of a payload."""
    if isinstance(node, list):
        return [comparable(each) for each in node]
    if isinstance(node, dict):
        return {key: comparable(value) for key, value in node.items() if key != "lastTransitionTime"}
    return "payload" if isinstance(node, str) and node.startswith(("hmac:", "sha256:")) else node


class Orders:
    def __init__(self, program, fixtures, streams):
        self.program = program
        self.fixtures = fixtures
        self.streams = streams

    def run(self, path):
        test = self.fixtures.test(path)
        found = list(states(self.fixtures, test, unchanged))
        lines, compared = [], 0
        for number, _, objects in {0: found[0], len(found) - 1: found[-1]}.values():
            with tempfile.TemporaryDirectory(prefix="pawprint-orders-") as name:
                label = f"{path.stem} step {number}"
                try:
                    lines += [f"{label} {line}" for line in self.compare(label, numbered(objects), pathlib.Path(name))]
                except Failure as error:
                    lines.append(f"{label}: {error}")
                compared += self.streams
        return lines, compared

    def compare(self, label, objects, folder):
        plain = self.outcome(folder / "plain", [("ADDED", obj) for obj in objects], random.Random(label), 1)
        translated = parse(self.program.translate(write_list(folder / "all.json", objects)), "Translation")
        if plain["resources"] != by_name(translated["resources"]):
            yield "plain stream: other generated objects than translate"
        told = {key: obj["status"] for key, obj in by_name(translated["statuses"]).items()}
        for key, status in plain["statuses"]:
            if status != told.get(key):
                yield f"plain stream: status of {key}: expected {json.dumps(told.get(key))[:300]}, got {json.dumps(status)[:300]}"
        for number in range(self.streams):
            choice = random.Random(f"{label} {number}")
            other = self.outcome(folder / f"store-{number}", stream_of(objects, choice), choice, choice.randint(1, 4))
            if any(obj["kind"] == "Secret" for obj in plain["resources"].values()):
                other["digest"] = plain["digest"]
            if other == plain:
                continue
            yield f"stream {number}: " + difference(plain, other)

    def outcome(self, store, events, choice, parts):
        """What a store shows after the events, imported by that many runs of the program."""
        cuts = sorted(choice.randint(0, len(events)) for _ in range(parts - 1))
        for start, end in zip([0, *cuts], [*cuts, len(events)]):
            lines = "".join(json.dumps({"type": kind, "object": obj}) + "\n" for kind, obj in events[start:end])
            if lines:
                self.program.run("import", "-", "--store", str(store), "--profile", self.program.profile, "--now",
                                 "2026-02-01T00:00:00Z", text=lines.encode("utf-8"))
        status = parse(self.program.run("status", "-o", "json", "--store", str(store)), "Status")
        return {"digest": status["outputDigest"], "resources": self.get(store, GENERATED),
                "statuses": [(key, obj.get("status")) for key, obj in self.get(store, INPUTS).items()]}

    def get(self, store, types):
        result = {}
        for each in types:
            output = self.program.run("get", each, "-A", "-o", "json", "--store", str(store))
            result.update(by_name(parse(output, "List")["items"]))
        return result


def by_name(objects):
    result = {}
    for obj in comparable(objects):
        obj.pop("pawprint", None)
        if obj["kind"] != "Secret" or OWNER in obj["metadata"].get("labels", {}):
            result[" ".join(key_of(obj))] = obj
    return dict(sorted(result.items()))


def difference(plain, other):
    for key in sorted(set(plain["resources"]) | set(other["resources"])):
        if plain["resources"].get(key) != other["resources"].get(key):
            return f"{key}: expected {json.dumps(plain['resources'].get(key))[:300]}, got " \
                   f"{json.dumps(other['resources'].get(key))[:300]}"
    for left, right in zip(plain["statuses"], other["statuses"]):
        if left != right:
            return f"status of {left[0]}: expected {json.dumps(left[1])[:400]}, got {json.dumps(right[1])[:400]}"
    return f"outputDigest: expected {plain['digest']}, got {other['digest']}"


def main():
    flags = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    flags.add_argument("--binary", required=True, help="the pawprint program")
    flags.add_argument("--only", action="append", metavar="TEST", help="the fixtures of this test; may be repeated")
    flags.add_argument("--profile", default="kuma-2.14")
    flags.add_argument("--streams", type=int, default=os.environ.get("PAWPRINT_EVENT_STREAMS", "3"),
                       help="streams a state; PAWPRINT_EVENT_STREAMS when not given, else 3")
    options = flags.parse_args()
    try:
        if not os.access(options.binary, os.X_OK):
            raise LookupError(f"{options.binary} is not a program")
        paths = chosen_tests(HERE / "data", options.only)
    except LookupError as error:
        print(f"event_orders.py: {error}", file=sys.stderr)
        return 2
    orders = Orders(Program(options.binary, options.profile),
                    Fixtures(HERE / "data", *certificates.make_objects()), options.streams)
    failed = compared = 0
    with concurrent.futures.ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        for lines, count in pool.map(orders.run, paths):
            compared += count
            failed += len(lines)
            for line in lines:
                print(line)
    print(f"{compared} streams of {len(paths)} fixtures compared, {failed} differences")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
