#!/usr/bin/env python3
"""Proves the judges: each right answer passes, each wrong one fails with a line that names what is wrong."""

import copy
import unittest

from states import apply_step
from statuses import Judge
from traffic import Case, changed_headers, words_of
from variation import Variation

META = {"namespace": "ns", "name": "g", "generation": 2}
OBJECT = {"kind": "Gateway", "namespace": "ns", "name": "g"}


def condition(kind, status, reason, generation=2):
    return {"type": kind, "status": status, "reason": reason, "observedGeneration": generation}


def judged(entry, status, settled=True, before=None, resources=()):
    objects = [{"apiVersion": "gateway.networking.k8s.io/v1", "kind": entry["object"]["kind"], "metadata": META}]
    translation = {"statuses": [{"kind": entry["object"]["kind"], "metadata": META, "status": status}],
                   "resources": list(resources)}
    return Judge(objects, translation, before, settled).failures(entry)


class Statuses(unittest.TestCase):
    def test_conditions(self):
        entry = {"object": OBJECT, "path": "conditions", "mode": "contains", "observedGeneration": "allConditions",
                 "conditions": [{"type": "Accepted", "status": "True"}]}
        self.assertEqual([], judged(entry, {"conditions": [condition("Accepted", "True", "Accepted")]}))
        self.assertTrue(judged(entry, {"conditions": [condition("Accepted", "False", "Invalid")]}))
        self.assertTrue(judged(entry, {"conditions": [condition("Accepted", "True", "Accepted"),
                                                      condition("Other", "True", "Any", 1)]}))
        self.assertTrue(judged(entry, {}))

    def listeners(self, **changes):
        entry = {"object": OBJECT, "path": "listeners", "mode": "exact", "listeners": [
            {"name": "a", "attachedRoutes": 1, "supportedKinds": [{"kind": "HTTPRoute"}], "conditions": [
                {"type": "Accepted", "status": "True", "reason": "Accepted"}]}]}
        listener = {"name": "a", "attachedRoutes": 1, "conditions": [condition("Accepted", "True", "Accepted")],
                    "supportedKinds": [{"group": "gateway.networking.k8s.io", "kind": "HTTPRoute"}]}
        listener.update(changes)
        return judged(entry, {"listeners": [listener]})

    def test_listeners(self):
        self.assertEqual([], self.listeners())
        for wrong in ({"name": "b"}, {"attachedRoutes": 0}, {"supportedKinds": []}, {"supportedKinds": None},
                      {"conditions": []}, {"supportedKinds": [{"group": "x", "kind": "HTTPRoute"}]}):
            self.assertTrue(self.listeners(**wrong), wrong)

    def test_empty_supported_kinds(self):
        self.assertEqual([], Judge.kinds("a", [], []))
        self.assertTrue(Judge.kinds("a", [], [{"kind": "HTTPRoute"}]))
        self.assertTrue(Judge.kinds("a", [], None))

    def parents(self, mode, entries, **more):
        entry = {"object": {**OBJECT, "kind": "HTTPRoute"}, "path": "parents", "mode": mode, **more}
        return judged(entry, {"parents": entries})

    def test_parents(self):
        reference = {"group": "gateway.networking.k8s.io", "kind": "Gateway", "name": "g", "namespace": "ns"}
        wanted = {"controllerName": "c", "parentRef": reference, "conditions": [{"type": "Accepted", "status": "True"}]}
        good = {"controllerName": "c", "parentRef": {**reference, "sectionName": "x"},
                "conditions": [condition("Accepted", "True", "Accepted")]}
        ask = {"parents": [wanted], "namespaceRequired": False}
        self.assertEqual([], self.parents("contains", [good], **ask))
        short = copy.deepcopy(good)
        del short["parentRef"]["namespace"]
        self.assertEqual([], self.parents("contains", [short], **ask))
        self.assertTrue(self.parents("contains", [short], parents=[wanted], namespaceRequired=True))
        self.assertTrue(self.parents("contains", [{**good, "controllerName": "d"}], **ask))
        self.assertTrue(self.parents("contains", [{**good, "conditions": []}], **ask))
        self.assertTrue(self.parents("contains", [good], observedGeneration="allConditions", parents=[
            {**wanted, "conditions": [{"type": "Accepted", "status": "False"}]}]))
        self.assertEqual([], self.parents("noneAccepted", []))
        self.assertTrue(self.parents("noneAccepted", [good]))
        named = {"parent": {"name": "g", "namespace": "ns"}, "conditions": [{"type": "Accepted", "status": "True"}]}
        self.assertEqual([], self.parents("anyNamed", [short], **named))
        self.assertTrue(self.parents("anyNamed", [], **named))

    def test_others(self):
        present = {"object": OBJECT, "path": "addresses", "mode": "present"}
        self.assertEqual([], judged(present, {"addresses": [{"type": "IPAddress", "value": "192.0.2.9"}]}))
        self.assertTrue(judged(present, {}))
        self.assertEqual([], judged(present, {}, settled=False))
        exact = {"object": OBJECT, "path": "addresses", "mode": "exact", "addresses": [{"value": "192.0.2.9"}]}
        self.assertTrue(judged(exact, {"addresses": [{"type": "Hostname", "value": "192.0.2.9"}]}))
        zero = {"object": OBJECT, "path": "attachedRoutes", "mode": "zero"}
        self.assertEqual([], judged(zero, {"listeners": [{"name": "a", "attachedRoutes": 0}]}))
        self.assertTrue(judged(zero, {"listeners": [{"name": "a", "attachedRoutes": 1}]}))
        self.assertTrue(judged(zero, {"listeners": [{"name": "a", "attachedRoutes": 0}] * 2}))
        sets = {"object": OBJECT, "path": "attachedListenerSets", "mode": "exact", "count": 1}
        self.assertTrue(judged(sets, {}))
        ready = {"object": {"kind": "Namespace", "name": "ns"}, "path": "namespaceReady"}
        objects = [{"kind": "Gateway", "metadata": META}]
        self.assertTrue(Judge(objects, {"statuses": [], "resources": []}).failures(ready))
        generation = {"object": OBJECT, "path": "generation", "mode": "changed"}
        key = ("Gateway", "ns", "g")
        self.assertEqual([], judged(generation, {}, before={key: 1}))
        self.assertTrue(judged(generation, {}, before={key: 2}))

    def test_generated_resources(self):
        entry = {"object": OBJECT, "path": "generatedResources", "mode": "labelled", "kinds": ["Service", "Pod"],
                 "selector": {"s": "1"}, "labels": {"k": "v"}, "annotations": {}}
        template = {"metadata": {"labels": {"s": "1", "k": "v"}}}
        instance = {"kind": "MeshGatewayInstance", "metadata": {"namespace": "ns", "name": "g"},
                    "spec": {"serviceTemplate": template}}
        self.assertEqual([], judged(entry, {}, resources=[instance]))
        self.assertTrue(judged(entry, {}))
        template["metadata"]["labels"]["k"] = "other"
        self.assertTrue(judged(entry, {}, resources=[instance]))


class Traffic(unittest.TestCase):
    request = {"gateway": "ns/g", "port": 80, "scheme": "http", "path": "/a?b=c", "headers": {"X": "1"}}
    answer = {"outcome": "forward", "backends": [{"service": "ns/s", "port": 1, "weight": 1}]}

    def failures(self, expect, answer=None, request=None):
        return Case({"request": request or self.request, "expect": expect}, answer or self.answer).failures()

    def test_forward(self):
        expect = {"outcome": "forward", "statusCode": 200, "backend": "s", "backendNamespace": "ns",
                  "pathAtBackend": "/a?b=c", "requestHeadersAtBackend": {"x": "1"}, "absentHeadersAtBackend": ["Y"]}
        self.assertEqual([], self.failures(expect))
        for key, value in (("outcome", "status"), ("backend", "t"), ("backendNamespace", "other"),
                           ("pathAtBackend", "/a"), ("requestHeadersAtBackend", {"x": "2"}),
                           ("absentHeadersAtBackend", ["X"]), ("neverBackend", "s"), ("mirroredTo", ["ns/m"]),
                           ("hostAtBackend", "h"), ("perBackend", {"s": {"pathAtBackend": "/"}})):
            self.assertTrue(self.failures({**expect, key: value}), key)
        self.assertEqual([], self.failures({"outcome": "forward", "backend": "t", "notCompared": ["backend"]}))

    def test_failing_backends(self):
        failing = {"outcome": "forward", "backends": [{"service": "ns/s", "weight": 1, "status": 500}]}
        self.assertEqual([], self.failures({"outcome": "status", "statusCode": 500}, failing))
        self.assertTrue(self.failures({"outcome": "forward", "statusCode": 200}, failing))
        self.assertTrue(self.failures({"outcome": "status", "statusCode": 404}, failing))

    def test_weights(self):
        answer = {"outcome": "forward", "backends": [{"service": "ns/a", "weight": 7}, {"service": "ns/b", "weight": 3},
                                                     {"service": "ns/c", "weight": 0}]}
        self.assertEqual([], self.failures({"outcome": "forward", "weights": {"a": 0.7, "b": 0.3, "c": 0}}, answer))
        self.assertTrue(self.failures({"outcome": "forward", "weights": {"a": 0.7, "b": 0.29, "c": 0.01}}, answer))

    def test_redirect(self):
        answer = {"outcome": "redirect", "status": 301, "redirect": {"scheme": "https", "status": 301}}
        expect = {"outcome": "redirect", "statusCode": 301, "redirect": {"scheme": "https", "path": "/a"}}
        self.assertEqual([], self.failures(expect, answer))
        self.assertTrue(self.failures({**expect, "redirect": {"scheme": "http"}}, answer))
        self.assertTrue(self.failures({**expect, "redirect": {"port": 8083}}, answer))
        wrong = {**answer, "redirect": {"scheme": "https", "port": 80}}
        self.assertTrue(self.failures(expect, wrong))

    def test_rejections(self):
        self.assertEqual([], self.failures({"outcome": "reject"}, {"outcome": "none", "tls": "reject"}))
        self.assertTrue(self.failures({"outcome": "reject"}, {"outcome": "respond", "status": 404}))
        self.assertEqual([], self.failures({"outcome": "status", "grpcStatus": 12},
                                           {"outcome": "respond", "status": 200, "grpcStatus": 12}))
        self.assertTrue(self.failures({"outcome": "status", "grpcStatus": 12}, {"outcome": "respond", "status": 404}))

    def test_headers(self):
        change = {"remove": ["A"], "set": [{"name": "B", "value": "2"}], "add": [{"name": "c", "value": "3"}]}
        self.assertEqual({"b": "2", "c": "1,3"}, changed_headers({"a": "1", "b": "1", "C": "1"}, change))
        answer = {**self.answer, "response": {"headers": {"add": [{"name": "X", "value": " 1"}]}}}
        expect = {"outcome": "forward", "responseHeadersOneOf": {"x": ["1"]}}
        self.assertTrue(self.failures(expect, answer))
        self.assertEqual([], self.failures({**expect, "ignoreWhitespaceInResponseHeaders": True}, answer))
        self.assertTrue(self.failures({"outcome": "forward", "absentResponseHeaders": ["x"]}, answer))

    def test_words(self):
        self.assertEqual(["GET", "http://192.0.2.1:80/a?b=c", "-H", "X: 1", "--gateway", "ns/g"],
                         [word for word in words_of(self.request) if word != "Host: 192.0.2.1"])
        mesh = {"service": "ns/s", "from": "client/d", "port": 80, "scheme": "http", "host": "s:80", "path": "/"}
        self.assertEqual(["GET", "http://s:80/", "-H", "Host: s:80", "--service", "ns/s", "--from", "client"],
                         words_of(mesh))
        self.assertEqual(["-", "tcp://192.0.2.1:9", "--gateway", "ns/g"],
                         words_of({"gateway": "ns/g", "port": 9, "scheme": "tcp"}))


class Documents(unittest.TestCase):
    def test_generations(self):
        old = {"apiVersion": "gateway.networking.k8s.io/v1", "kind": "Gateway", "metadata": {"name": "g"}, "spec": {"a": 1}}
        same = apply_step([old], {"apply": [copy.deepcopy(old)]})
        self.assertEqual(1, same[0]["metadata"]["generation"])
        other = apply_step([old], {"apply": [{**copy.deepcopy(old), "spec": {"a": 2}}]})
        self.assertEqual(2, other[0]["metadata"]["generation"])
        self.assertNotIn("generation", old["metadata"])
        newer = apply_step([], {"apply": [copy.deepcopy(old)], "applyAfterSeconds": 5})
        self.assertEqual("1970-01-01T00:00:05Z", newer[0]["metadata"]["creationTimestamp"])
        self.assertEqual([], apply_step([old], {"delete": [{"apiVersion": "gateway.networking.k8s.io/v1",
                                                            "kind": "Gateway", "name": "g"}]}))

    def test_variation(self):
        gateway = {"apiVersion": "gateway.networking.k8s.io/v1", "kind": "Gateway",
                   "metadata": {"name": "g", "namespace": "ns"}, "spec": {"listeners": [{"name": "http", "port": 80}]}}
        test = {"expectStatus": [{"object": {"kind": "Gateway", "namespace": "ns", "name": "g"}}], "cases": [
            {"name": "c", "request": {"gateway": "ns/g", "port": 80}, "expect": {"outcome": "forward", "backend": "none"}}]}
        namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "ns"}}
        change = Variation("x")
        objects, varied = change([namespace, gateway], test)
        port = objects[1]["spec"]["listeners"][0]["port"]
        self.assertNotEqual(80, port)
        self.assertEqual(port, varied["cases"][0]["request"]["port"])
        place, name = objects[1]["metadata"]["namespace"], objects[1]["metadata"]["name"]
        self.assertNotEqual(("ns", "g"), (place, name))
        self.assertEqual(f"{place}/{name}", varied["cases"][0]["request"]["gateway"])
        self.assertEqual({"kind": "Gateway", "namespace": place, "name": name}, varied["expectStatus"][0]["object"])
        self.assertEqual("none", varied["cases"][0]["expect"]["backend"])


if __name__ == "__main__":
    unittest.main()
