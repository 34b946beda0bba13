#!/usr/bin/env python3
"""why: every leaf of every generated object and status has causes that end in a record of the log."""

import json
import unittest

from cli import COMPAT, NOW, CliTest, case, inputs_of, single_step_cases

TYPES = {"MeshGateway": "meshgateway", "MeshGatewayInstance": "meshgatewayinstance", "MeshHTTPRoute": "meshhttproute",
         "Secret": "secret", "GatewayClass": "gatewayclass", "Gateway": "gateway", "HTTPRoute": "httproute"}


def leaves(value, path=""):
    """Paths as answers write them, for the simple names that may be compared literally."""
    if isinstance(value, dict) and value:
        for name, member in value.items():
            plain = name.replace("_", "").replace("-", "").isalnum() and not name[0].isdigit()
            yield from leaves(member, f"{path}.{name}" if plain else f"{path}['{name}']")
    elif isinstance(value, list) and value:
        for index, item in enumerate(value):
            yield from leaves(item, f"{path}[{index}]")
    else:
        yield path


class EveryLeaf(CliTest):
    def check_causes(self, causes, kinds, where):
        self.assertTrue(causes, where)
        for cause in causes:
            self.assertTrue(cause["rule"], where)
            if cause["causes"]:
                self.check_causes(cause["causes"], kinds, where)
            else:
                self.assertIn(kinds.get(cause["seq"]), ("Observed", "Config"), f"{where}: {cause}")

    def check_object(self, body, kinds, store):
        meta = body["metadata"]
        name = f"{TYPES[body['kind']]}/{meta['name']}"
        answer = self.answer("why", name, *(["-n", meta["namespace"]] if "namespace" in meta else []), "--store", store)
        fields = {each["field"]: each for each in answer["fields"]}
        for path in leaves(body):
            self.assertIn(path, fields, f"{name}: no cause of {path}")
            self.check_causes(fields[path]["causes"], kinds, f"{name}{path}")
        return len(fields)

    def test_all_cases(self):
        walked = 0
        for number, recorded in enumerate(single_step_cases()):
            store = self.folder / str(number)
            objects = {"apiVersion": "v1", "kind": "List", "items": inputs_of(recorded)}
            path = self.write("input.json", objects)
            self.answer("import", path, "--store", store, *COMPAT)
            kinds = {each["seq"]: each["kind"] for each in self.answer("log", "--store", store)["entries"]}
            translation = json.loads(self.ok("translate", "-f", path, "-o", "json", *COMPAT))
            for body in translation["resources"] + translation["statuses"]:
                with self.subTest(case=recorded["name"], object=body["metadata"]["name"]):
                    walked += self.check_object(body, kinds, store)
        self.assertGreater(walked, 5000)


class Chain(CliTest):
    def test_names_rule_field_record_and_writer(self):
        objects = inputs_of(case("backend-weights"))
        route = next(obj for obj in objects if obj["kind"] == "HTTPRoute")
        self.answer("import", self.write("i.json", {"apiVersion": "v1", "kind": "List", "items": objects}),
                    "--store", self.store, *COMPAT, "--now", NOW)
        route["spec"]["rules"][0]["backendRefs"][0]["weight"] = 41
        route["metadata"]["managedFields"] = [
            {"manager": "helm", "operation": "Apply", "time": "2026-03-01T10:00:00Z", "fieldsV1": {"f:spec": {"f:hostnames": {}}}},
            {"manager": "kubectl-edit", "operation": "Update", "time": "2026-03-01T10:59:59Z",
             "fieldsV1": {"f:spec": {"f:rules": {}}}}]
        done = self.answer("import", self.write_events("e.jsonl", [{"type": "MODIFIED", "object": route}]),
                           "--store", self.store, "--now", "2026-03-01T11:00:00Z")
        name = self.ok("get", "meshhttproutes", "-n", "kuma-system", "-o", "name", "--store", self.store).split("/")[1].strip()
        field = ".spec.to[0].rules[0].default.backendRefs[0].weight"
        answer = self.answer("why", f"meshhttproute/{name}:{field}", "-n", "kuma-system", "--store", self.store)
        self.assertEqual((answer["kind"], answer["field"], answer["value"]), ("Why", field, 41))
        cause = answer["causes"][0]
        self.assertEqual((cause["rule"], cause["object"], cause["field"], cause["value"], cause["seq"], cause["time"]),
                         ("backend_reference/weight", "HTTPRoute/demo/" + route["metadata"]["name"],
                          ".spec.rules[0].backendRefs[0].weight", 41, done["at"]["seq"] - 1, "2026-03-01T11:00:00Z"))
        self.assertEqual(cause["writer"]["manager"], "kubectl-edit")
        self.assertTrue(answer["gates"])
        text = self.ok("why", f"meshhttproute/{name}:{field}", "-n", "kuma-system", "--store", self.store)
        self.assertIn("written by kubectl-edit", text)
        source = f"httproute/{route['metadata']['name']}:.spec.rules[0].backendRefs[0].weight"
        answer = self.answer("why", source, "-n", "demo", "--store", self.store)
        self.assertEqual((answer["value"], answer["rule"], len(answer["causes"])), (41, None, 1))
        cause = answer["causes"][0]
        self.assertEqual((cause["seq"], cause["writer"], cause["causes"]),
                         (done["at"]["seq"] - 1, {"manager": "kubectl-edit", "operation": "Update",
                                                  "time": "2026-03-01T10:59:59Z"}, []))
        self.assertIn(f"= 41, since @{cause['seq']} 2026-03-01T11:00:00Z, written by kubectl-edit (Update at",
                      self.ok("why", source, "-n", "demo", "--store", self.store))
        whole = self.answer("why", "httproute/" + route["metadata"]["name"] + ":.spec", "-n", "demo", "--store", self.store)
        self.assertIn(".spec.rules[0].backendRefs[0].weight", [each["field"] for each in whole["fields"]])
        before = self.answer("why", f"meshhttproute/{name}:{field}", "-n", "kuma-system", "--at", "HEAD~1", "--store", self.store)
        self.assertNotEqual(before["value"], 41)
        by = self.answer("log", "--writer", "kubectl-edit", "--store", self.store)["entries"]
        self.assertEqual([each["seq"] for each in by], [done["at"]["seq"] - 1])


if __name__ == "__main__":
    unittest.main()
