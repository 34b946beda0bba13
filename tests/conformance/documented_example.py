#!/usr/bin/env python3
"""The Service as a parent, as documentation writes it: kind Service, and `group` left out (the API fills in its own group).

Kuma takes such a route, so every profile must. Exit 0: all do. 1: some do not. 2: bad flags.
"""

import argparse
import os
import pathlib
import re
import sys
import tempfile

from every_leaf import gateway_object, service
from program import Failure, Program, parse, write_list
from statuses import describe, missing_conditions

PROFILES = ("kuma-2.14", "kuma-2.14-compat", "kuma-3")
WANTED = [{"type": "Accepted", "status": "True"}, {"type": "ResolvedRefs", "status": "True"}]


def example():
    """Nine requests of ten to the Service itself, one to its next version."""
    backends = [{"kind": "Service", "name": "backend", "port": 8080, "weight": 90},
                {"kind": "Service", "name": "backend-next", "port": 8080, "weight": 10}]
    parent = {"kind": "Service", "name": "backend", "port": 8080}
    route = gateway_object("HTTPRoute", "canary", {"parentRefs": [parent], "rules": [{"backendRefs": backends}]})
    return [service("backend"), service("backend-next"), route]


def judge(translation):
    status = next((each["status"] for each in translation["statuses"] if each["kind"] == "HTTPRoute"), {})
    parents = status.get("parents") or []
    if len(parents) != 1 or parents[0]["parentRef"].get("kind") != "Service" or missing_conditions(
            parents[0]["conditions"], WANTED):
        shown = [describe(each["conditions"]) for each in parents]
        yield f"expected one parent, a Service, with Accepted and ResolvedRefs True, got {shown or 'none'}"
    routes = [each for each in translation["resources"] if each["kind"] == "MeshHTTPRoute"]
    weights = sorted(int(each) for each in re.findall(r"'weight': (\d+)", str(routes)))
    if not routes or not {10, 90} <= set(weights):
        yield f"expected a MeshHTTPRoute with the weights 90 and 10, got {len(routes)} with {weights}"


def main():
    flags = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    flags.add_argument("--binary", required=True, help="the pawprint program")
    options = flags.parse_args()
    if not os.access(options.binary, os.X_OK):
        print(f"documented_example.py: {options.binary} is not a program", file=sys.stderr)
        return 2
    failed = 0
    with tempfile.TemporaryDirectory(prefix="pawprint-example-") as name:
        path = write_list(pathlib.Path(name) / "example.json", example())
        for profile in PROFILES:
            try:
                lines = list(judge(parse(Program(options.binary, profile).translate(path), "Translation")))
            except Failure as error:
                lines = [str(error)]
            failed += bool(lines)
            print(f"{'FAIL' if lines else 'ok  '} {profile}")
            for line in lines:
                print(f"     {line}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
