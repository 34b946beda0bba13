#!/usr/bin/env python3
"""Tests of compare.py against a program that answers from the recordings, rightly or wrongly."""

import contextlib
import io
import json
import os
import pathlib
import tempfile
import unittest
from unittest import mock

import compare
import fake_pawprint
from crd_defaults import Defaults, without_empty
from history import History, merge_patch

HERE = pathlib.Path(__file__).resolve().parent
FAKE = str(HERE / "fake_pawprint.py")
DEFAULTS = Defaults(HERE.parents[1] / "deploy" / "crds" / "kuma-2.14")


def run_here(command, accept=(0,)):
    """compare.run for the fake, without starting a process for each of thousands of answers."""
    out = io.StringIO()
    try:
        with contextlib.redirect_stdout(out):
            fake_pawprint.main(command[1], command[2:])
    except SystemExit as error:
        raise compare.Failure(str(error)) from error
    return out.getvalue().encode()


def result(path, edit="", from_stored=False, as_process=False):
    os.environ["FAKE_CASE"] = str(path)
    os.environ["FAKE_EDIT"] = edit
    run = compare.run if as_process else run_here
    with mock.patch.object(compare, "run", run):
        return compare.compare_case(pathlib.Path(path), FAKE, DEFAULTS, from_stored)


def case_path(name):
    return HERE / "cases" / f"{name}.json"


def load(name):
    return json.loads(case_path(name).read_text(encoding="utf-8"))


ROUTE = "r = next(o for o in answer['resources'] if o['kind'] == 'MeshHTTPRoute'); "
GATEWAY = "g = next(o for o in answer['statuses'] if o['kind'] == 'Gateway')['status']; "
STATUS = "h = next(o for o in answer['statuses'] if o['kind'] == 'HTTPRoute')['status']['parents'][0]; "
REF = "r['spec']['to'][0]['rules'][0]['default']['backendRefs'][0]"

# (what is wrong, edit, text of the line that must be printed)
MISTAKES = (
    ("missing object", "answer['resources'].pop()", "missing"),
    ("extra object", "import copy; o = copy.deepcopy(answer['resources'][0]); "
                     "o['metadata']['name'] += '-x'; answer['resources'].append(o)", "must not exist"),
    ("object twice", "answer['resources'].append(answer['resources'][0])", "twice"),
    ("weight", ROUTE + REF + "['weight'] = 7", ".weight: want"),
    ("number as text", ROUTE + REF + "['weight'] = '1'", ".weight: want"),
    ("backend lost", ROUTE + REF.rsplit("[0]", 1)[0] + ".pop()", "backendRefs"),
    ("owner label", ROUTE + "r['metadata']['labels'] = {'kuma.io/mesh': 'default'}", "owner"),
    ("mesh label", ROUTE + "r['metadata']['labels']['kuma.io/mesh'] = 'x'", "kuma.io/mesh"),
    ("mesh", "next(o for o in answer['resources'] if o['kind'] == 'MeshGateway')['mesh'] = 'x'",
     ".mesh: want 'default', got 'x'"),
    ("attached routes", GATEWAY + "g['listeners'][0]['attachedRoutes'] += 1", "attachedRoutes"),
    ("supported kinds", GATEWAY + "g['listeners'][0]['supportedKinds'] = []", "supportedKinds"),
    ("listener lost", GATEWAY + "g['listeners'].pop()", "listeners"),
    ("condition reason", GATEWAY + "g['conditions'][0]['reason'] = 'X'", ".reason: want"),
    ("condition message", STATUS + "h['conditions'][0]['message'] = 'X'", ".message: want"),
    ("condition status", STATUS + "h['conditions'][0]['status'] = 'Unknown'", ".status: want"),
    ("condition lost", STATUS + "h['conditions'].pop()", "conditions"),
    ("condition twice", STATUS + "h['conditions'].append(h['conditions'][0])", "twice"),
    ("generation", STATUS + "h['conditions'][0]['observedGeneration'] = 9", "observedGeneration"),
    ("parent", STATUS + "h['parentRef']['sectionName'] = 'x'", "sectionName=x"),
    ("controller", STATUS + "h['controllerName'] = 'x'", "parents"),
    ("address", GATEWAY + "g['addresses'] = [{'type': 'IPAddress', 'value': '1.2.3.4'}]", "addresses"),
    ("status missing", "answer['statuses'] = []", "status of"),
)

# Differences that are none.
HARMLESS = (
    ROUTE + "del " + REF + "['weight']",
    ROUTE + "r['metadata']['annotations'] = {'x': 'y'}; r['metadata']['ownerReferences'] = []",
    ROUTE + "r['spec']['to'][0]['hostnames'] = []; r['spec']['to'][0]['rules'][0]['default']['filters'] = None",
    ROUTE + "r['metadata']['labels']['kuma.io/zone'] = 'elsewhere'",
    "g = next(o for o in answer['resources'] if o['kind'] == 'MeshGateway'); "
    "del g['metadata']['labels']['kuma.io/mesh']",
    "i = next(o for o in answer['resources'] if o['kind'] == 'MeshGatewayInstance'); "
    "i.pop('status'); i['spec'] = {}",
    GATEWAY + "g['conditions'].reverse(); g['listeners'].reverse()",
    "answer['resources'].reverse(); answer['statuses'].reverse()",
    "answer['statuses'].append({'kind': 'HTTPRoute', 'metadata': {'name': 'n', 'namespace': 's'}, "
    "'status': {'parents': []}})",
)


class Recordings(unittest.TestCase):
    """A right answer to every recording shows no difference, whichever events are sent."""

    def test_all(self):
        paths = sorted((HERE / "cases").glob("*.json"))
        self.assertGreaterEqual(len(paths), 105)
        for path in paths:
            with self.subTest(path.stem):
                self.assertEqual(result(path)[0], [])

    def test_stored_events(self):
        for path in sorted((HERE / "cases").glob("*.json")):
            if "steps" in load(path.stem):
                with self.subTest(path.stem):
                    self.assertEqual(result(path, from_stored=True)[0], [])


class Mistakes(unittest.TestCase):
    def test_each_is_found_in_a_single_step(self):
        for what, edit, text in MISTAKES:
            with self.subTest(what):
                lines, _ = result(case_path("doc-gateway-and-route"), edit)
                self.assertTrue(any(text in line for line in lines), lines)

    def test_each_is_found_in_steps(self):
        for what, edit, text in MISTAKES:
            if what == "generation":
                continue  # Not compared there.
            guarded = f"\ntry:\n  {edit}\nexcept (StopIteration, IndexError): pass\n"
            with self.subTest(what):
                lines, _ = result(case_path("route-weight-change"), guarded)
                self.assertTrue(any(text in line for line in lines), lines)

    def test_harmless_ones_are_not(self):
        for edit in HARMLESS:
            with self.subTest(edit):
                self.assertEqual(result(case_path("doc-gateway-and-route"), edit)[0], [])

    def test_failing_program_is_a_difference(self):
        path = case_path("doc-gateway-and-route")
        lines, _ = result(path, "import sys; sys.exit('broken')", as_process=True)
        self.assertIn("exit code 1", lines[0])
        self.assertIn("broken", lines[0])
        lines, _ = result(path, "print('no JSON')", as_process=True)
        self.assertIn("no JSON", lines[0])
        self.assertEqual(result(path, as_process=True), ([], ""))
        steps = case_path("route-weight-change")
        self.assertEqual(result(steps, as_process=True), ([], ""))

    def test_order_of_documents_matters_not(self):
        edit = "answer['x'] = arguments[-1]"
        lines, _ = result(case_path("doc-gateway-and-route"), edit)
        self.assertEqual(lines, ["translate: other bytes for the same documents in reverse order"])

    def test_stuck_is_skipped_and_refused_objects_are_not_sent(self):
        case = load("doc-gateway-and-route")
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "case.json"
            case["applyErrors"] = [{"object": case["input"].pop(), "code": 422, "message": "no"}]
            path.write_text(json.dumps({**case, "input": [*case["input"], case["applyErrors"][0]["object"]]}))
            self.assertEqual(result(path), ([], ""))
            path.write_text(json.dumps({**case, "stuck": True, "kuma": []}))
            self.assertEqual(result(path), ([], "stuck"))


class Histories(unittest.TestCase):
    def events(self, name):
        history = History()
        return [[(event["type"], event["object"]["kind"], event["object"]["metadata"]["name"])
                 for event in history.step(step)] for step in load(name)["steps"]]

    def test_delete_and_create_again(self):
        events = self.events("backend-created-later")
        self.assertIn(("ADDED", "Mesh", "default"), events[0])
        self.assertIn([("DELETED", "Service", "web")], events)
        self.assertIn([("ADDED", "Service", "web")], events)

    def test_address_becomes_the_status_of_the_instance(self):
        history = History()
        for step in load("gateway-address")["steps"]:
            last = history.step(step)
        self.assertEqual([(each["type"], each["object"]["kind"]) for each in last],
                         [("ADDED", "MeshGatewayInstance")])
        ingress = last[0]["object"]["status"]["loadBalancer"]["ingress"]
        self.assertEqual(ingress[0]["ip"], "192.0.2.10")

    def test_finalizer_holds_a_deleted_object(self):
        kept = {"apiVersion": "g/v1", "kind": "GatewayClass", "metadata": {"name": "c"}}
        ref = {"apiVersion": "g/v1", "kind": "GatewayClass", "name": "c"}
        held = {**kept, "metadata": {"name": "c", "finalizers": ["f"], "deletionTimestamp": "set"}}
        history = History()
        history.step({"apply": [kept], "fresh": {"stored": [kept], "kuma": []}})
        marked = history.step({"delete": [ref], "fresh": {"stored": [held], "kuma": []}})
        self.assertEqual(marked[0]["type"], "MODIFIED")
        self.assertEqual(marked[0]["object"]["metadata"]["finalizers"], ["f"])
        self.assertTrue(marked[0]["object"]["metadata"]["deletionTimestamp"].endswith("Z"))
        gone = history.step({"fresh": {"stored": [], "kuma": []}})
        self.assertEqual([each["type"] for each in gone], ["DELETED"])

    def test_generation_counts_changes_of_the_spec(self):
        def service(port, label):
            return {"apiVersion": "v1", "kind": "Service", "spec": {"port": port},
                    "metadata": {"name": "s", "namespace": "n", "labels": {"l": label}}}
        history = History()
        fresh = {"stored": [], "kuma": []}
        generations = [history.step({"apply": [service(*each)], "fresh": fresh})[-1]["object"]["metadata"]
                       for each in ((1, "a"), (1, "b"), (2, "b"))]
        self.assertEqual([each["generation"] for each in generations], [1, 1, 2])
        versions = [int(each["resourceVersion"]) for each in generations]
        self.assertEqual(versions, sorted(set(versions)))
        self.assertEqual(history.step({"apply": [service(2, "b")], "fresh": fresh}), [])

    def test_merge_patch(self):
        self.assertEqual(merge_patch({"a": {"b": 1, "c": 2}, "d": [1]}, {"a": {"b": None}, "d": [2]}),
                         {"a": {"c": 2}, "d": [2]})


class CrdDefaults(unittest.TestCase):
    def test_fill(self):
        route = {"kind": "MeshHTTPRoute", "spec": {"to": [{"rules": [{"default": {"backendRefs": [
            {"name": "a"}, {"name": "b", "weight": 0}]}}]}]}}
        refs = DEFAULTS.fill(route)["spec"]["to"][0]["rules"][0]["default"]["backendRefs"]
        self.assertEqual([each["weight"] for each in refs], [1, 0])
        self.assertNotIn("weight", route["spec"]["to"][0]["rules"][0]["default"]["backendRefs"][0])

    def test_empty_members(self):
        self.assertEqual(without_empty({"a": {"b": {}}, "c": [{}, None], "d": 0, "e": "", "f": False}),
                         {"c": [{}, None], "d": 0, "e": "", "f": False})


if __name__ == "__main__":
    unittest.main()
