#!/usr/bin/env python3
"""route: flags, sources, and what the answer says of a graph made of Gateway API and Kuma objects."""

import json
import unittest

from cli import CliTest, NOW, run

GATEWAY = """
apiVersion: gateway.networking.k8s.io/v1
kind: GatewayClass
metadata: {name: kuma}
spec: {controllerName: gateways.kuma.io/controller}
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {namespace: demo, name: edge}
spec:
  gatewayClassName: kuma
  listeners:
  - {name: web, port: 8080, protocol: HTTP}
---
apiVersion: v1
kind: Service
metadata: {namespace: demo, name: v1}
spec: {selector: {app: v1}, ports: [{port: 80, appProtocol: http}]}
---
apiVersion: v1
kind: Service
metadata: {namespace: demo, name: v2}
spec: {selector: {app: v2}, ports: [{port: 80, appProtocol: http}]}
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {namespace: demo, name: shop}
spec:
  parentRefs: [{name: edge}]
  hostnames: [shop.com]
  rules:
  - matches: [{path: {type: PathPrefix, value: /admin}, headers: [{name: x-key, value: "1"}]}]
    backendRefs: [{name: v1, port: 80}]
  - matches: [{path: {type: PathPrefix, value: /}}]
    backendRefs: [{name: v1, port: 80, weight: 3}, {name: v2, port: 80, weight: 1}]
"""

SIDECAR = """
apiVersion: kuma.io/v1alpha1
kind: MeshHTTPRoute
metadata: {namespace: kuma-system, name: hand}
spec:
  targetRef: {kind: MeshSubset, tags: {k8s.kuma.io/namespace: web}}
  to:
  - targetRef: {kind: MeshService, name: v1_demo_svc_80}
    rules:
    - matches: [{path: {type: PathPrefix, value: /}}]
      default: {backendRefs: [{kind: MeshServiceSubset, name: v2_demo_svc_80}]}
"""

EXTERNAL = """
apiVersion: kuma.io/v1alpha1
kind: Mesh
metadata: {name: default}
spec: {mtls: {enabledBackend: ca, backends: [{name: ca, type: builtin}]}, routing: {zoneEgress: true}}
---
apiVersion: kuma.io/v1alpha1
kind: MeshExternalService
metadata: {namespace: kuma-system, name: far, labels: {kuma.io/mesh: default}}
spec:
  match: {type: HostnameGenerator, port: 80, protocol: http}
  endpoints: [{address: far.example.com, port: 80}]
"""

UNUSED = """
apiVersion: apps/v1
kind: Deployment
metadata: {namespace: demo, name: v1}
spec: {replicas: many}
"""

SERVED_BY_V2 = """
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {namespace: demo, name: shop}
spec:
  parentRefs: [{name: edge}]
  rules: [{backendRefs: [{name: v2, port: 80}]}]
"""


class Route(CliTest):
    def route(self, *words, manifests=GATEWAY, flags=()):
        path = self.write("graph.yaml", manifests)
        return json.loads(self.ok("route", *words, "-f", path, "-o", "json", *flags))

    def test_gateway(self):
        answer = self.route("GET", "http://shop.com:8080/cart?a=b")
        self.assertEqual([answer["apiVersion"], answer["kind"], answer["outcome"]], ["pawprint/v1", "Route", "forward"])
        self.assertEqual([answer["route"], answer["ruleIndex"], answer["matchIndex"]], ["HTTPRoute/demo/shop", 1, 0])
        self.assertEqual(answer["listener"], "web")
        shares = {each["service"]: each["weight"] for each in answer["backends"]}
        self.assertEqual(shares, {"demo/v1": 3, "demo/v2": 1})
        self.assertEqual(answer["request"]["path"], "/cart?a=b")
        rejected = [(each["ruleIndex"], each["failedOn"]) for each in answer["considered"]
                    if each["route"] == "HTTPRoute/demo/shop"]
        self.assertEqual(rejected, [(0, "path")])

    def test_headers_decide(self):
        answer = self.route("GET", "http://shop.com:8080/admin", "-H", "X-Key: 1")
        self.assertEqual(answer["ruleIndex"], 0)
        answer = self.route("GET", "http://shop.com:8080/admin", "-H", "X-Key: 2")
        self.assertEqual(answer["ruleIndex"], 1)
        self.assertIn("header x-key", [each["failedOn"] for each in answer["considered"]])

    def test_host(self):
        flags = ["--gateway", "demo/edge"]
        by_header = self.route("GET", "http://192.0.2.1:8080/", "-H", "Host: shop.com", flags=flags)
        self.assertEqual(by_header["outcome"], "forward")
        for words in (["http://192.0.2.1:8080/"], ["http://shop.com:8080/", "-H", "Host: 192.0.2.1:8080"]):
            answer = self.route("GET", *words, flags=flags)
            self.assertEqual([answer["outcome"], answer["status"]], ["respond", 404])

    def test_service(self):
        words = ["GET", "http://v1.demo/"]
        answer = self.route(*words, manifests=GATEWAY + "---" + SIDECAR)
        self.assertEqual([each["service"] for each in answer["backends"]], ["demo/v1"])
        self.assertEqual(answer["considered"][0]["failedOn"], "client")
        answer = self.route(*words, manifests=GATEWAY + "---" + SIDECAR, flags=["--service", "demo/v1", "--from", "web"])
        self.assertEqual([each["service"] for each in answer["backends"]], ["demo/v2"])
        self.assertEqual(answer["route"], "MeshHTTPRoute/kuma-system/hand")

    def test_order_of_documents_changes_no_byte(self):
        documents = (GATEWAY + "---" + SIDECAR).split("---")
        words = ("route", "GET", "http://shop.com:8080/cart", "-o", "json", "-f")
        wanted = self.ok(*words, self.write("a.yaml", "---".join(documents)))
        self.assertEqual(self.ok(*words, self.write("b.yaml", "---".join(documents[::-1]))), wanted)

    def test_table(self):
        path = self.write("graph.yaml", GATEWAY)
        text = self.ok("route", "GET", "http://shop.com:8080/", "-f", path)
        for part in ("forwarded", "HTTPRoute/demo/shop rule 1 match 0", "75% to demo/v1:80", "25% to demo/v2:80",
                     "listener web", "PathPrefix /admin", "NOT TAKEN"):
            self.assertIn(part.replace("PathPrefix /admin", "/ is not below /admin"), text)

    def test_store(self):
        path = self.write("graph.yaml", GATEWAY)
        first = self.answer("import", path, "--store", self.store, "--zone", "zone-1", "--now", NOW)["at"]["seq"]
        path = self.write("more.yaml", SIDECAR)
        self.answer("import", path, "--store", self.store, "--now", NOW)
        words = ["route", "GET", "http://v1.demo/", "--service", "demo/v1", "--from", "web", "--store", self.store]
        now = self.answer(*words)
        self.assertEqual([each["service"] for each in now["backends"]], ["demo/v2"])
        then = self.answer(*words, "--at", f"@{first}")
        self.assertEqual([each["service"] for each in then["backends"]], ["demo/v1"])
        self.assertEqual(then["at"]["seq"], first)
        edge = self.answer("route", "GET", "http://shop.com:8080/", "--store", self.store)
        self.assertEqual(edge["route"], "HTTPRoute/demo/shop")

    def test_no_store_tells_of_zone_egresses(self):
        reference = "{group: kuma.io, kind: MeshExternalService, name: far}"
        path = self.write("graph.yaml", GATEWAY.replace("{name: v2, port: 80, weight: 1}", reference) + "---" + EXTERNAL)
        words = ["route", "GET", "http://shop.com:8080/"]
        statuses = {each["service"]: each.get("status") for each in self.answer(*words, "-f", path)["backends"]}
        self.assertEqual(statuses, {"demo/v1": None, "kuma-system/far": 503})
        self.answer("import", path, "--store", self.store, "--zone", "zone-1", "--now", NOW)
        statuses = {each["service"]: each.get("status") for each in self.answer(*words, "--store", self.store)["backends"]}
        self.assertEqual(statuses, {"demo/v1": None, "kuma-system/far": None})

    def test_wrong_usage(self):
        path = self.write("graph.yaml", GATEWAY)
        url = "http://shop.com:8080/"
        for text, words in (
                ("METHOD URL", ["GET"]),
                ("begins with http://", ["GET", "shop.com"]),
                ("needs a port", ["-", "tcp://shop.com"]),
                ("not one of 1 to 65535", ["GET", "http://shop.com:70000/"]),
                ("no host and port", ["GET", "http://shop.com:/"]),
                ("METHOD of a tcp", ["GET", "tcp://shop.com:1"]),
                ("METHOD - is for", ["-", url]),
                ("Name: value", ["GET", url, "-H", "x"]),
                ("not both", ["GET", url, "--gateway", "demo/edge", "--service", "demo/v1"]),
                ("NAMESPACE/NAME", ["GET", url, "--gateway", "edge"]),
                ("goes with --service", ["GET", url, "--gateway", "demo/edge", "--from", "web"]),
                ("unknown profile", ["GET", url, "--profile", "kuma-9"]),
                ("have no history", ["GET", url, "--at", "HEAD~1"])):
            self.fails(2, text, "route", *words, "-f", path)
        self.fails(2, "several could answer", "route", "GET", "http://v1.demo/",
                   "-f", self.write("two.yaml", GATEWAY.replace("8080", "80")))
        self.fails(1, "no listener and no Service", "route", "GET", "http://shop.com/", "-f", path)
        self.fails(3, "", "route", "GET", url, "--store", self.folder / "none")
        self.assertEqual(run("route", "--help").returncode, 0)

    def test_schemas_are_told_as_translate_tells_them(self):
        broken = GATEWAY.replace("hostnames: [shop.com]", "hostnames: [shop.com]\n  colour: red")
        path = self.write("graph.yaml", broken + "---" + SIDECAR.replace("  to:", "  too: 1\n  to:").replace("PathPrefix", "Prefix") + "---\n" + UNUSED)
        words = ("route", "GET", "http://shop.com:8080/cart", "-f", path, "-o", "json")
        told = run(*words)
        judged = json.loads(self.ok("translate", "-f", path, "-o", "json"))["diagnostics"]
        expected = {f"{each['severity']}: {each['object']}: {each['rule']}: {each['message']}"
                    for each in judged if each["rule"] in ("input/schema", "input/unknown-field")}
        self.assertEqual(sorted(each.split(":")[0] for each in expected), ["error", "warning", "warning"], expected)
        self.assertEqual(set(told.stderr.splitlines()), expected)
        self.assertEqual(run(*words, "-q").stderr, "")
        self.assertEqual(run(*words, "-q").stdout, told.stdout)

    def test_the_last_of_an_object_counts(self):
        twice = GATEWAY + "---\n" + SERVED_BY_V2
        path = self.write("graph.yaml", twice)
        told = run("route", "GET", "http://shop.com:8080/cart", "-f", path, "-o", "json")
        self.assertEqual([each["service"] for each in json.loads(told.stdout)["backends"]], ["demo/v2"])
        self.assertEqual(told.stderr, "warning: HTTPRoute/demo/shop: input/duplicate: given more than once; the last one counts\n")


if __name__ == "__main__":
    unittest.main()
