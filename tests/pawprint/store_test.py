#!/usr/bin/env python3
"""import, and what reading commands say of the store: the past, its changes, its replay."""

import json
import unittest

from cli import COMPAT, CliTest, case, inputs_of, run, steps_of

ROUTE = "shop-demo-e36f72e9"


class TimeTravel(CliTest):
    def setUp(self):
        super().setUp()
        self.heads = self.import_case("route-weight-change")

    def weights(self, *flags):
        route = self.answer("get", "meshhttproute", ROUTE, "-n", "kuma-system", "--store", self.store, *flags)
        return [ref["weight"] for ref in route["spec"]["to"][0]["rules"][0]["default"]["backendRefs"]]

    def test_each_moment_has_its_own_truth(self):
        wanted = [[90, 10], [50, 50], [0, 100]]
        for head, weights in zip(self.heads, wanted):
            self.assertEqual(self.weights("--at", f"@{head}"), weights)
        for back, weights in enumerate(reversed(wanted)):
            self.assertEqual(self.weights("--at", f"HEAD~{back}"), weights)
        self.assertEqual(self.weights("--at", "@{2026-03-01T10:00:30Z}"), [90, 10])
        self.assertEqual(self.weights("--at", "@{2026-03-01T12:10:00.5+02:00}"), [50, 50])
        self.assertEqual(self.weights("--at", "@{1s}"), [0, 100])
        self.fails(1, "does not exist at @2", "get", "httproute/shop", "-n", "demo", "--at", "@2", "--store", self.store)

    def test_where_an_answer_is_from(self):
        for flags in (["httproute", "shop", "-n", "demo"], ["httproutes", "-A"]):
            answer = self.answer("get", *flags, "--store", self.store, "--at", "HEAD~1")
            self.assertEqual(answer["pawprint"], {"at": {"seq": self.heads[1], "time": "2026-03-01T10:10:00Z"},
                                                  "coverage": "full"})

    def test_diff(self):
        done = run("diff", "HEAD~1..HEAD", "--store", self.store, "-o", "json")
        self.assertEqual(done.returncode, 1)
        answer = json.loads(done.stdout)
        self.assertEqual((answer["from"]["seq"], answer["to"]["seq"]), (self.heads[1], self.heads[2]))
        route = next(each for each in answer["changes"] if each["object"].startswith("MeshHTTPRoute/"))
        self.assertEqual(route["op"], "change")
        path = ".spec.to[0].rules[0].default.backendRefs[%d].weight"
        self.assertEqual(route["fields"], [{"path": path % 0, "from": 50, "to": 0}, {"path": path % 1, "from": 50, "to": 100}])
        self.assertEqual(route["causes"], [self.heads[2] - 1])
        self.assertEqual(self.ok("diff", "HEAD..HEAD", "--store", self.store), "")
        back = json.loads(run("diff", "HEAD..HEAD~1", "--store", self.store, "-o", "json").stdout)
        route = next(each for each in back["changes"] if each["object"].startswith("MeshHTTPRoute/"))
        self.assertEqual(route["fields"][0], {"path": path % 0, "from": 0, "to": 50})
        inputs = json.loads(run("diff", "..HEAD", "--inputs", "--store", self.store, "-o", "json").stdout)
        self.assertEqual({each["op"] for each in inputs["changes"]}, {"add"})

    def test_diff_of_plans(self):
        text = run("diff", "@1..HEAD~2", "--plan", "--store", self.store).stdout
        self.assertIn(f"now due: create MeshHTTPRoute/kuma-system/{ROUTE}", text)
        self.assertIn("+ .spec.to[0].rules[0].default.backendRefs[0].weight: 90", text)
        self.assertIn("now due: write status of HTTPRoute/demo/shop", text)
        self.assertIn("now due: write finalizer of GatewayClass/kuma", text)
        self.assertNotIn("digest", text)
        change = json.loads(run("diff", "@1..HEAD", "--plan", "-o", "json", "--store", self.store).stdout)["changes"][0]
        self.assertEqual((change["of"], change["verb"], change["op"]), ("plan", "status", "add"))

    def test_get_of_several(self):
        def names(*arguments):
            items = self.answer("get", *arguments, "-n", "demo", "--store", self.store)["items"]
            return [f"{each['kind']}/{each['metadata']['name']}" for each in items]
        self.assertEqual(names("svc/web", "httproute/shop", "svc/web2"), ["Service/web", "Service/web2", "HTTPRoute/shop"])
        self.assertEqual(names("svc", "web2", "web"), ["Service/web2", "Service/web"])
        self.assertEqual(self.answer("get", "svc", "demo/web", "--store", self.store)["metadata"]["name"], "web")
        done = run("get", "gtw,httproute", "shop", "-n", "demo", "-o", "name", "--store", self.store)
        self.assertEqual((done.returncode, done.stdout), (1, "httproute.gateway.networking.k8s.io/shop\n"))
        self.assertEqual(done.stderr, f"pawprint: Gateway demo/shop does not exist at @{self.heads[-1]}\n")
        self.fails(2, "not both", "get", "svc/web", "web2", "-n", "demo", "--store", self.store)
        self.fails(2, "leave out the NAME", "get", "svc", "web", "-l", "a=b", "-n", "demo", "--store", self.store)

    def test_log_and_show(self):
        entries = self.answer("log", "--store", self.store)["entries"]
        self.assertEqual([each["seq"] for each in entries], list(range(self.heads[-1], 0, -1)))
        entries = self.answer("log", "httproute/shop", "-n", "demo", "--store", self.store)["entries"]
        self.assertEqual([each["kind"] for each in entries[:2]], ["Decision", "Observed"])
        self.assertTrue(all(each.get("object", "HTTPRoute/demo/shop") == "HTTPRoute/demo/shop" for each in entries))
        entries = self.answer("log", "HEAD~1..HEAD", "-p", "--store", self.store)["entries"]
        self.assertEqual([each["kind"] for each in entries], ["Decision", "Observed"])
        self.assertIn({"path": ".spec.rules[0].backendRefs[0].weight", "from": 50, "to": 0}, entries[1]["fields"])
        self.assertEqual({each["object"] for each in entries[0]["changes"]},
                         {"HTTPRoute/demo/shop", f"MeshHTTPRoute/kuma-system/{ROUTE}"})
        kinds = self.answer("log", "--kind", "Decision", "--max", "2", "--store", self.store)["entries"]
        self.assertEqual([each["seq"] for each in kinds], [self.heads[2], self.heads[1]])
        since = self.answer("log", "--since", "2026-03-01T10:05:00Z", "--store", self.store)["entries"]
        self.assertEqual(min(each["seq"] for each in since), self.heads[0] + 1)
        record = self.answer("show", f"@{self.heads[2]}", "--store", self.store)["record"]
        self.assertEqual((record["kind"], record["body"]["upto"]), ("Decision", self.heads[2] - 1))
        self.assertEqual(len(record["body"]["operations"]), 2)

    def test_status_zones_copy(self):
        status = self.answer("status", "--store", self.store)
        self.assertEqual((status["head"]["seq"], status["records"], status["decisions"]), (self.heads[2], self.heads[2], 5))
        self.assertEqual((status["profile"], status["mode"], status["zones"]), ("kuma-2.14-compat", "import", ["zone-1"]))
        self.assertEqual(status["verified"], {"seq": self.heads[2], "divergences": 0})
        zone = self.answer("zones", "zone-1", "--store", self.store)["zones"][0]
        self.assertEqual((zone["gateways"], zone["listeners"], zone["routes"], zone["synced"]), (1, 1, 1, True))
        self.ok("copy", "--store", self.store, "--to", self.folder / "copy")
        copied = self.answer("status", "--store", self.folder / "copy")
        self.assertEqual((copied["head"], copied["outputDigest"]), (status["head"], status["outputDigest"]))

    def test_as_if(self):
        before = self.answer("status", "--store", self.store)
        names = [each["metadata"]["name"] for each in self.answer(
            "get", "meshhttproutes", "-A", "--profile", "kuma-2.14", "--store", self.store)["items"]]
        self.assertTrue(names)
        self.assertNotIn(ROUTE, names)
        self.fails(2, "cannot be verified", "replay", "--verify", "--profile", "kuma-2.14", "--store", self.store)
        self.assertEqual(self.answer("status", "--store", self.store), before)

    def test_no_locale_and_no_time_zone(self):
        commands = [["replay", "--verify"], ["status"], ["log", "-p"], ["get", "httproutes,gateways", "-A"], ["zones"],
                    ["why", f"meshhttproute/{ROUTE}", "-n", "kuma-system"]]
        for command in commands:
            for form in ("table", "json"):
                seen = {self.ok(*command, "-o", form, "--store", self.store, environment=environment)
                        for environment in ({"LC_ALL": "C", "TZ": "UTC"}, {"LC_ALL": "C.UTF-8", "TZ": "Asia/Kathmandu"},
                                            {"LC_ALL": "tr_TR.UTF-8", "LANG": "de_DE.UTF-8", "TZ": "America/St_Johns"})}
                self.assertEqual(len(seen), 1, command)


class Replay(CliTest):
    def test_every_decision_again(self):
        heads = self.import_case("tls-rotation")
        answer = self.answer("replay", "--verify", "--timing", "--store", self.store)
        self.assertEqual((answer["records"], answer["divergences"], answer["skipped"]), (heads[-1], [], 0))
        self.assertGreater(answer["decisions"], 3)
        self.assertGreater(answer["elapsedMs"], 0)
        self.assertEqual(answer["outputDigest"], self.answer("status", "--store", self.store)["outputDigest"])
        part = self.answer("replay", f"@{heads[0]}..HEAD", "--store", self.store)
        self.assertEqual(part["records"], heads[-1] - heads[0])
        self.assertLess(part["decisions"], answer["decisions"])
        early = self.answer("replay", f"..@{heads[0]}", "--store", self.store)
        self.assertEqual(early["decisions"] + part["decisions"], answer["decisions"])
        self.assertNotEqual(early["outputDigest"], answer["outputDigest"])


class Import(CliTest):
    def test_record_only(self):
        events = [event for step in steps_of(case("route-weight-change")) for event in step]
        path = self.write_events("e.jsonl", events)
        done = self.answer("import", path, "--store", self.store, "--record-only", *COMPAT)
        self.assertEqual((done["observed"], done["decisions"]), (len(events), 0))
        other = self.folder / "other"
        decided = self.answer("import", path, "--store", other, *COMPAT)
        self.assertGreater(decided["decisions"], 0)
        self.assertEqual(self.answer("status", "--store", self.store)["outputDigest"],
                         self.answer("status", "--store", other)["outputDigest"])
        self.ok("replay", "--verify", "--store", self.store)
        # Decisions on top of what was only recorded hold as well.
        changed = json.loads(json.dumps(events[-1]))
        changed["object"]["spec"]["rules"][0]["backendRefs"][0]["weight"] = 7
        self.assertEqual(self.answer("import", self.write_events("f.jsonl", [changed]), "--store", self.store)["decisions"], 1)
        self.ok("replay", "--verify", "--store", self.store)

    def test_settings_are_kept_and_changed(self):
        path = self.write("o.json", {"apiVersion": "v1", "kind": "List", "items": inputs_of(case("match-headers"))})
        empty = self.write("empty.json", "")
        self.answer("import", path, "--store", self.store, *COMPAT)
        configs = lambda: len(self.answer("log", "--kind", "Config", "--store", self.store)["entries"])  # noqa: E731
        self.assertEqual(configs(), 1)
        self.answer("import", empty, "--store", self.store)
        self.answer("import", empty, "--store", self.store, *COMPAT)
        self.assertEqual(configs(), 1)
        self.answer("import", empty, "--store", self.store, "--profile", "kuma-2.14")
        self.assertEqual(configs(), 2)
        status = self.answer("status", "--store", self.store)
        self.assertEqual((status["profile"], status["zones"]), ("kuma-2.14", ["zone-1"]))
        self.ok("replay", "--verify", "--store", self.store)

    def test_nothing_makes_no_store(self):
        for text in ("", "\n\n", "---\n"):
            done = run("import", "-", "--store", self.store, stdin=text)
            self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "", "nothing to import; no store was made\n"))
            self.assertFalse(self.store.exists())

    def test_plain_objects_and_events(self):
        namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "a", "labels": {"x": "1"}}}
        other = {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "d", "namespace": "a"}}
        path = self.write_events("e.jsonl", [namespace, namespace, other, other, {"type": "DELETED", "object": namespace},
                                             namespace, {"type": "BOOKMARK", "object": {"kind": "Namespace"}}])
        done = self.answer("import", path, "--store", self.store)
        self.assertEqual((done["observed"], done["skipped"]), (6, 1))
        events = [each.get("event") for each in self.answer("log", "..", "--store", self.store)["entries"]]
        self.assertEqual(events[::-1][1:], ["ADDED", "MODIFIED", "ADDED", "MODIFIED", "DELETED", "ADDED"])
        self.answer("import", self.write_events("f.jsonl", [other]), "--store", self.store)
        self.assertEqual(self.answer("show", "HEAD", "--store", self.store)["record"]["event"], "MODIFIED")

    def test_what_cannot_be_read_is_quarantined(self):
        namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "a"}}
        secret = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s", "namespace": "a"}, "data": {"k": "!topsecret!"}}
        lines = [json.dumps({"type": "ERROR", "object": {"kind": "Status", "code": 410}}), "{not json", json.dumps(secret),
                 json.dumps({"type": "ADDED", "object": namespace})]
        done = run("import", self.write("e.jsonl", "\n".join(lines) + "\n"), "--store", self.store, "-o", "json")
        self.assertEqual(done.returncode, 1)
        self.assertIn("3 events", done.stderr)
        self.assertEqual(json.loads(done.stdout)["observed"], 1)
        entries = self.answer("log", "--kind", "Quarantined", "--store", self.store)["entries"]
        self.assertEqual(len(entries), 3)
        self.assertIn("e.jsonl, document 2, line 2): expected a member name", entries[1]["detail"])
        body = self.answer("show", f"@{entries[1]['seq']}", "--store", self.store)["record"]["body"]
        self.assertEqual((body["bytes"], body["reason"]), (10, "expected a member name in double quotes"))
        self.assertEqual(len(self.answer("get", "namespaces", "--store", self.store)["items"]), 1)
        for path in self.store.rglob("*"):
            if path.is_file():
                self.assertNotIn(b"topsecret", path.read_bytes(), path)

    def test_secrets_never_reach_the_store(self):
        self.import_case("tls-rotation")
        payloads = [value for step in steps_of(case("tls-rotation")) for event in step
                    if event["object"]["kind"] == "Secret" for value in event["object"].get("data", {}).values()]
        self.assertTrue(payloads)
        text = self.ok("get", "secrets", "-A", "-o", "json", "--store", self.store) + self.ok("log", "-p", "--store", self.store)
        self.assertIn("hmac:", text)
        for payload in payloads:
            self.assertNotIn(payload[:60], text)
            for path in self.store.rglob("*"):
                if path.is_file():
                    self.assertNotIn(payload[:60].encode(), path.read_bytes(), path)

    def test_two_zones(self):
        objects = inputs_of(case("match-headers"))
        path = self.write("o.json", {"apiVersion": "v1", "kind": "List", "items": objects})
        for zone in ("east", "west"):
            self.answer("import", path, "--store", self.store, "--zone", zone)
        self.assertEqual(self.answer("status", "--store", self.store)["zones"], ["east", "west"])
        self.fails(2, "give --zone", "get", "httproute/shop", "-n", "demo", "--store", self.store)
        self.assertEqual(self.answer("get", "httproute/shop", "-n", "demo", "--zone", "west", "--store", self.store)
                         ["pawprint"]["zone"], "west")
        both = self.answer("get", "httproutes", "-A", "--store", self.store)["items"]
        self.assertEqual([each["pawprint"]["zone"] for each in both], ["east", "west"])
        self.ok("replay", "--verify", "--store", self.store)

    def test_get_selects(self):
        objects = [{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": labels}}
                   for name, labels in (("a", {"t": "x"}), ("b", {"t": "y"}), ("c", {}))]
        self.answer("import", self.write_events("e.jsonl", objects), "--store", self.store)
        for selector, names in (("t=x", "a"), ("t!=x", "bc"), ("t", "ab"), ("!t", "c"), ("t in (x, y)", "ab"),
                                ("t notin (x),t", "b"), ("", "abc")):
            found = self.answer("get", "ns", "-l", selector, "--store", self.store)["items"]
            self.assertEqual("".join(each["metadata"]["name"] for each in found), names, selector)


if __name__ == "__main__":
    unittest.main()
