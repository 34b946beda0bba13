#!/usr/bin/env python3
"""translate: its answer, and that the order of documents changes no byte of it."""

import json
import random
import unittest

import yaml

from cli import COMPAT, CliTest, case, inputs_of, run, single_step_cases


class Translate(CliTest):
    def translate(self, objects, *flags):
        text = "".join(json.dumps(obj) + "\n" for obj in objects)
        return self.ok("translate", "-f", "-", "-o", "json", *flags, stdin=text)

    def test_order_changes_nothing(self):
        generator = random.Random(7)
        compared = 0
        for recorded in single_step_cases():
            objects = inputs_of(recorded)
            wanted = self.translate(objects, *COMPAT)
            for flags in (COMPAT, []):
                wanted = self.translate(objects, *flags)
                self.assertEqual(self.translate(objects[::-1], *flags), wanted, recorded["name"])
                shuffled = objects[:]
                generator.shuffle(shuffled)
                self.assertEqual(self.translate(shuffled, *flags), wanted, recorded["name"])
                compared += 1
        self.assertGreater(compared, 150)

    def test_order_changes_nothing_when_routes_compete(self):
        """Many routes without creationTimestamp want the same matches; ties break by name."""
        objects = inputs_of(case("match-headers"))
        route = next(obj for obj in objects if obj["kind"] == "HTTPRoute")
        for number in range(12):
            more = json.loads(json.dumps(route))
            more["metadata"]["name"] = f"shop-{number}"
            objects.append(more)
        wanted = self.translate(objects)
        generator = random.Random(11)
        for _ in range(20):
            generator.shuffle(objects)
            self.assertEqual(self.translate(objects), wanted)

    def test_answer(self):
        answer = json.loads(self.translate(inputs_of(case("match-headers"))))
        self.assertEqual([answer["apiVersion"], answer["kind"], answer["coverage"]], ["pawprint/v1", "Translation", "full"])
        keys = [(obj["kind"], obj["metadata"].get("namespace", ""), obj["metadata"]["name"]) for obj in answer["resources"]]
        self.assertEqual(keys, sorted(keys))
        self.assertEqual(sorted({kind for kind, _, _ in keys}), ["MeshGateway", "MeshGatewayInstance", "MeshHTTPRoute"])
        self.assertEqual([each["kind"] for each in answer["statuses"]], ["Gateway", "GatewayClass", "HTTPRoute"])
        self.assertEqual(answer["diagnostics"], [])

    def test_time(self):
        objects = inputs_of(case("match-headers"))
        # The default profile orders routes by their age, which is part of the generated names.
        plain = self.translate(objects, *COMPAT)
        self.assertIn('"lastTransitionTime": "1970-01-01T00:00:00Z"', plain)
        later = self.translate(objects, *COMPAT, "--now", "2026-01-02T03:04:05Z")
        self.assertEqual(later.replace("2026-01-02T03:04:05Z", "1970-01-01T00:00:00Z"), plain)

    def test_the_later_of_two_wins(self):
        objects = inputs_of(case("match-headers"))
        route = json.loads(json.dumps(next(obj for obj in objects if obj["kind"] == "HTTPRoute")))
        route["spec"]["hostnames"] = ["later.example.com"]
        answer = json.loads(self.translate(objects + [route]))
        self.assertIn("later.example.com", json.dumps(answer["resources"]))
        self.assertEqual([(each["severity"], each["object"]) for each in answer["diagnostics"]],
                         [("warning", "HTTPRoute/demo/shop")])

    def test_kinds_without_use_are_told(self):
        extra = {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "d", "namespace": "demo"}}
        objects = inputs_of(case("match-headers"))
        answer = json.loads(self.translate(objects + [extra]))
        self.assertEqual([(each["severity"], each["object"]) for each in answer["diagnostics"]],
                         [("info", "Deployment/demo/d")])
        self.assertEqual(answer["resources"], json.loads(self.translate(objects))["resources"])

    def test_strict(self):
        route = {"apiVersion": "gateway.networking.k8s.io/v1", "kind": "HTTPRoute", "metadata": {"name": "r"},
                 "spec": {"hostnames": 7}}
        path = self.write("r.json", route)
        loose, strict = run("translate", "-f", path, "-o", "json"), run("translate", "-f", path, "-o", "json", "--strict")
        self.assertEqual(loose.returncode, 0)
        self.assertEqual(loose.stdout, strict.stdout)
        self.assertIn("error", [each["severity"] for each in json.loads(loose.stdout)["diagnostics"]])
        self.assertEqual(strict.returncode, 1)

    def test_what_an_api_server_would_refuse_is_an_error(self):
        route = {"apiVersion": "gateway.networking.k8s.io/v1", "kind": "HTTPRoute",
                 "metadata": {"name": "r", "namespace": ":7", "labels": {"a b": "c"}},
                 "spec": {"parentRefs": [{"prot": 1}], "hostnames": ["Bad Host"], "rules": [
                     {"backendRefs": [{"name": "web", "port": "80", "weight": 2000000}],
                      "matches": [{"path": {"type": "Prefix", "value": "/"}}]}]}}
        old = {"apiVersion": "gateway.networking.k8s.io/v1alpha2", "kind": "GatewayClass", "metadata": {"name": "c"}}
        path = self.write_events("r.jsonl", [route, old])
        done = run("translate", "-f", path, "-o", "json", "--strict")
        self.assertEqual(done.returncode, 1)
        found = [each for each in json.loads(done.stdout)["diagnostics"] if each["rule"].startswith("input/")]
        errors = [each["message"] for each in found if each["severity"] == "error"]
        for wanted in (".spec.parentRefs[0].name: Required value", ".spec.hostnames[0]: Invalid value",
                       ".spec.rules[0].backendRefs[0].port: Invalid value: \"string\"",
                       ".spec.rules[0].backendRefs[0].weight: Invalid value: 2000000",
                       ".spec.rules[0].matches[0].path.type: Unsupported value: \"Prefix\"", ".metadata.labels: Invalid value: \"a b\"",
                       ".metadata.namespace: no name of a namespace", "no API server has this kind in version v1alpha2; there is v1"):
            self.assertTrue([each for each in errors if wanted in each], f"{wanted}: {errors}")
        self.assertEqual([each["message"] for each in found if each["severity"] == "warning"],
                         [".spec.parentRefs[0].prot: unknown; API servers drop it"])
        # Labels that are no map of texts, as YAML makes them of numbers and dashes.
        for labels, wanted in (([[]], "must be a map of texts"), ({"a": 1}, 'the value of "a" must be a text')):
            for member in ("labels", "annotations"):
                odd = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "n", member: labels}}
                messages = [each["message"] for each in json.loads(self.translate([odd]))["diagnostics"]]
                self.assertIn(f".metadata.{member}: Invalid value: {wanted}", messages)
        # Of an object that is given twice, only the one that counts is judged.
        good = inputs_of(case("match-headers"))
        bad = json.loads(json.dumps(next(obj for obj in good if obj["kind"] == "HTTPRoute")))
        bad["spec"]["hostnames"] = ["Bad Host"]
        answer = json.loads(self.translate([bad, *good]))
        self.assertEqual([each for each in answer["diagnostics"] if each["rule"] == "input/schema"], [])

    def test_what_an_api_server_took_is_no_error(self):
        for recorded in single_step_cases():
            answer = json.loads(self.translate(inputs_of(recorded)))
            self.assertEqual([each for each in answer["diagnostics"] if each["rule"] in ("input/schema", "input/unknown-field")],
                             [], recorded["name"])

    def test_no_namespace_is_default(self):
        objects = inputs_of(case("match-headers"))
        for obj in objects:
            if obj["metadata"].get("namespace") == "demo":
                del obj["metadata"]["namespace"]
        objects = [obj for obj in objects if obj["kind"] != "Namespace"]
        answer = json.loads(self.translate(objects))
        self.assertEqual({each["metadata"]["namespace"] for each in answer["statuses"] if each["kind"] != "GatewayClass"},
                         {"default"})

    def test_formats(self):
        path = self.write("in.json", {"apiVersion": "v1", "kind": "List", "items": inputs_of(case("match-headers"))})
        answer = self.answer("translate", "-f", path)
        self.assertEqual(yaml.safe_load(self.ok("translate", "-f", path, "-o", "yaml")), answer)
        lines = [json.loads(line) for line in self.ok("translate", "-f", path, "-o", "jsonl").splitlines()]
        self.assertEqual(lines, answer["resources"] + answer["statuses"])
        self.assertEqual(len(self.ok("translate", "-f", path, "-o", "name").splitlines()), len(answer["resources"]))
        table = self.ok("translate", "-f", path)
        for obj in answer["resources"]:
            self.assertIn(obj["metadata"]["name"], table)

    def test_yaml_survives_awkward_text(self):
        awkward = ["yes", "1.5", "0x1f", "", " a", "a ", "a: b", "a #b", "- a", "\u00e9", "line\nline", "null", "2026-01-01", "~", "!x"]
        route = inputs_of(case("match-headers"))
        shop = next(obj for obj in route if obj["kind"] == "HTTPRoute")
        shop["spec"]["rules"][0]["matches"][0]["headers"] = [
            {"name": f"h{number}", "value": text} for number, text in enumerate(awkward)]
        path = self.write("in.json", {"apiVersion": "v1", "kind": "List", "items": route})
        self.assertEqual(yaml.safe_load(self.ok("translate", "-f", path, "-o", "yaml")), self.answer("translate", "-f", path))


if __name__ == "__main__":
    unittest.main()
