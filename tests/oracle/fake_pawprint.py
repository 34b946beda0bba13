#!/usr/bin/env python3
"""Answers like pawprint, from a recording, so that the comparison itself can be tested.

The environment names the recording (FAKE_CASE) and, in FAKE_EDIT, what to get wrong: a Python
statement that changes `answer`, the resources and statuses, and may look at `arguments`.
"""

import json
import os
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from comparing import recorded_statuses

TYPES = {"gatewayclasses": "GatewayClass", "gateways": "Gateway", "httproutes": "HTTPRoute",
         "meshgateways": "MeshGateway", "meshgatewayinstances": "MeshGatewayInstance",
         "meshhttproutes": "MeshHTTPRoute", "secrets": "Secret"}


def answer_of(recorded, arguments):
    answer = {"resources": recorded["kuma"], "statuses": recorded_statuses(recorded["status"])}
    exec(os.environ.get("FAKE_EDIT", ""), {"answer": answer, "arguments": arguments})  # Written by driver_test.py.
    return answer


def flag(arguments, name):
    return arguments[arguments.index(name) + 1]


def translate(case, arguments):
    documents = json.loads(pathlib.Path(flag(arguments, "-f")).read_text(encoding="utf-8"))["items"]
    refused = [each["object"] for each in case.get("applyErrors", [])]
    expected = [obj for obj in case["input"] if obj not in refused]
    if sorted(map(json.dumps, documents)) != sorted(map(json.dumps, expected)):
        sys.exit("fake: these are not the objects of the recording")
    print(json.dumps({"kind": "Translation", "diagnostics": [], **answer_of(case, arguments)}))


def watch(arguments):
    """Objects that the events so far leave, kept in the store."""
    store = pathlib.Path(flag(arguments, "--store"))
    store.mkdir(exist_ok=True)
    state_path = store / "state.json"
    state = json.loads(state_path.read_text(encoding="utf-8")) if state_path.exists() else {"steps": 0, "objects": {}}
    for line in pathlib.Path(arguments[0]).read_text(encoding="utf-8").splitlines():
        event = json.loads(line)
        obj = event["object"]
        key = "/".join((obj["kind"], obj["metadata"].get("namespace", ""), obj["metadata"]["name"]))
        if (event["type"] == "ADDED") == (key in state["objects"]):
            sys.exit(f"fake: {event['type']} of {key} at the wrong time")
        if event["type"] == "DELETED":
            del state["objects"][key]
        else:
            state["objects"][key] = obj
    state["steps"] += 1
    state_path.write_text(json.dumps(state), encoding="utf-8")


def get(case, arguments):
    store = pathlib.Path(flag(arguments, "--store"))
    state = json.loads((store / "state.json").read_text(encoding="utf-8"))
    fresh = case["steps"][state["steps"] - 1]["fresh"]
    answer = answer_of(fresh, arguments)
    kind = TYPES[arguments[0]]
    items = [obj for obj in answer["resources"] + answer["statuses"] if obj["kind"] == kind]
    print(json.dumps({"apiVersion": "v1", "kind": "List", "items": items}))


def main(verb, arguments):
    case = json.loads(pathlib.Path(os.environ["FAKE_CASE"]).read_text(encoding="utf-8"))
    if verb == "translate":
        translate(case, arguments)
    elif verb == "import":
        watch(arguments)
    else:
        get(case, arguments)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
