"""What the documentation promises, on an API server: the sandbox, or a real one when
PAWPRINT_APISERVER_KUBECONFIG names it. Usage: e2e_test.py BINARIES [unittest arguments]"""

import os
import sys
import time
import unittest

from cluster import ApiError, Cluster, SandboxProcess, wait_for
from daemon import Daemon
from story import condition, gateway, gateway_class, namespace, obj, parent_condition, route, service

BINARIES = "bin"
IDLE_SECONDS = float(os.environ.get("PAWPRINT_E2E_IDLE_SECONDS", "10"))
GENERATED = ("MeshGateway", "MeshGatewayInstance", "MeshHTTPRoute", "MeshTCPRoute", "MeshTimeout", "MeshRetry",
             "MeshExternalService")
ROUTES = int(os.environ.get("PAWPRINT_E2E_ROUTES", "1000"))


def owner_of(made):
    return made["metadata"].get("labels", {}).get("pawprint.dev/owner", "")


class Story(unittest.TestCase):
    """One cluster for all tests, one daemon and one namespace for each."""

    leaving_seconds = 40  # until generated objects have gone with their sources

    @classmethod
    def setUpClass(cls):
        real = os.environ.get("PAWPRINT_APISERVER_KUBECONFIG")
        cls.sandbox = None if real else SandboxProcess(os.path.join(BINARIES, "sandbox"), "zone-1")
        cls.cluster = Cluster(real or cls.sandbox.kubeconfig, "zone-1")
        cls.real = bool(real)
        cls.cluster.apply(obj("Mesh", "default", spec={}))
        cls.cluster.created = []  # Of all tests: clean() must not take it.

    @classmethod
    def tearDownClass(cls):
        cls.cluster.close()
        if cls.sandbox:
            cls.sandbox.stop()

    def setUp(self):
        words = self.id().split(".")[-1].split("_")[1:]
        self.ns = "e2e-" + "".join(word[0] for word in words) + f"-{os.getpid()}"
        self.add(namespace(self.ns))
        self.daemon = self.make_daemon()
        self.addCleanup(self.finish)
        self.daemon.start()

    def make_daemon(self):
        return Daemon(BINARIES, self.cluster)

    def finish(self):
        try:
            self.cluster.clean()
            if self.daemon.process.poll() is None:
                wait_for("generated objects to go with their sources", self.nothing_left,
                         self.leaving_seconds)
            self.at_end()
        finally:
            self.daemon.stop()
        if not self.failed():  # What a failure left is for whoever looks for its cause.
            self.daemon.remove()

    def at_end(self):
        """What else must hold when the test's objects are gone, and the daemon still runs."""

    def failed(self):
        result = self._outcome.result
        return any(test is self for test, _ in result.failures + result.errors)

    def nothing_left(self):
        left = len(self.generated())
        if left > 0:  # More deletions at once than the daemon does unasked are held, and need a release.
            self.daemon.ctl("release", "deletions")
            time.sleep(0.5)
        # A class that waits for its finalizer would go under the next test.
        return left == 0 and not any("deletionTimestamp" in each["metadata"] for each in self.cluster.list("GatewayClass"))

    def generated(self):
        """Generated objects whose owner is in this test's namespace."""
        out = []
        for kind in GENERATED:
            for each in self.cluster.list(kind):
                if f".{self.ns}." in owner_of(each):
                    out.append({"kind": kind, **each})
        return out

    def add(self, *objects):
        for each in objects:
            self.cluster.apply(each)

    def made(self, kind, count=1):
        """Objects of a kind; of MeshHTTPRoutes those of routes, not the floors under Gateways and Services."""
        def probe():
            found = [o for o in self.generated() if o["kind"] == kind
                     and (kind != "MeshHTTPRoute" or owner_of(o).startswith("HTTPRoute."))]
            return found[:count] if len(found) >= count else None
        return wait_for(f"{count} {kind}", probe)

    def wait_condition(self, kind, name, type_, status, reason=None, seconds=15):
        def probe():
            found = self.cluster.get(kind, self.ns, name)
            got = (parent_condition(found, type_) if kind == "HTTPRoute"
                   else condition((found or {}).get("status", {}).get("conditions"), type_))
            return got if got and got["status"] == status and reason in (None, got["reason"]) else None
        return wait_for(f"{kind} {name} {type_}={status}/{reason}", probe, seconds)

    def shop(self, backends=(("web", 80, 1),)):
        self.add(gateway_class(), service("web", self.ns), gateway("edge", self.ns),
                 route("shop", self.ns, [{"name": "edge"}], list(backends)))
        return self.made("MeshHTTPRoute")[0]

    def settle(self):
        """Waits until our own writes have been seen again."""
        last, quiet = None, time.monotonic()
        end = time.monotonic() + 30
        while time.monotonic() < end:
            now = self.daemon.json("status")["records"]
            if now != last:
                last, quiet = now, time.monotonic()
            elif time.monotonic() - quiet > 1.5:
                return last
            time.sleep(0.2)
        raise AssertionError("the log does not come to rest")


class Themes(Story):
    def test_class_customised_by_mesh_gateway_config(self):
        config = obj("MeshGatewayConfig", "cfg-" + self.ns, spec={
            "replicas": 3, "serviceType": "ClusterIP",
            "podTemplate": {"metadata": {"labels": {"team": "edge"}}}})
        self.add(config, gateway_class("cls-" + self.ns, "cfg-" + self.ns), gateway("edge", self.ns, cls="cls-" + self.ns))
        instance = self.made("MeshGatewayInstance")[0]
        self.assertEqual(instance["spec"]["replicas"], 3)
        self.assertEqual(instance["spec"]["serviceType"], "ClusterIP")
        self.assertEqual(instance["spec"]["podTemplate"]["metadata"]["labels"], {"team": "edge"})
        self.wait_condition("Gateway", "edge", "Accepted", "True", "Accepted")
        config["spec"]["replicas"] = 2
        self.add(config)
        wait_for("the instance to follow its config",
                 lambda: self.made("MeshGatewayInstance")[0]["spec"]["replicas"] == 2)

    def test_mesh_by_label_and_annotation(self):
        self.add(obj("Mesh", "payments", spec={}), gateway_class(),
                 gateway("labelled", self.ns, labels={"kuma.io/mesh": "payments"}),
                 gateway("annotated", self.ns, annotations={"kuma.io/mesh": "payments"}),
                 gateway("plain", self.ns))
        meshes = {g["metadata"]["name"].split(".")[0]: g["mesh"] for g in self.made("MeshGateway", 3)}
        self.assertEqual(meshes, {"labelled": "payments", "annotated": "payments", "plain": "default"})

    def test_cross_mesh_class(self):
        self.add(obj("MeshGatewayConfig", "cross-" + self.ns, spec={"crossMesh": True}),
                 gateway_class("cross-" + self.ns, "cross-" + self.ns), gateway("edge", self.ns, cls="cross-" + self.ns))
        listener = self.made("MeshGateway")[0]["spec"]["conf"]["listeners"][0]
        self.assertTrue(listener["crossMesh"])
        self.assertEqual(self.made("MeshGatewayInstance")[0]["spec"]["serviceType"], "ClusterIP")

    def test_multi_zone_limits(self):
        self.shop()
        self.add(route("db", self.ns, [{"name": "edge"}], [("db", 5432, 1)]))
        found = self.wait_condition("HTTPRoute", "db", "ResolvedRefs", "False", "BackendNotFound")
        self.assertIn(f'"{self.ns}/db"', found["message"])
        backend = self.made("MeshHTTPRoute")[0]["spec"]["to"][0]["rules"][0]["default"]["backendRefs"][0]
        shop = [r for r in self.made("MeshHTTPRoute", 2) if owner_of(r).endswith(".shop")][0]
        backend = shop["spec"]["to"][0]["rules"][0]["default"]["backendRefs"][0]
        self.assertEqual(backend["tags"], {"kuma.io/zone": "zone-1"})
        self.add(service("db", self.ns, 5432))
        self.wait_condition("HTTPRoute", "db", "ResolvedRefs", "True")

    def test_gamma_producer_and_consumer_canary(self):
        consumer = self.ns + "-c"
        self.add(namespace(consumer), service("backend", self.ns), service("v1", self.ns), service("v2", self.ns))
        parents = [{"kind": "Service", "name": "backend", "port": 80}]   # group left out, as documented
        self.add(route("canary", self.ns, parents, [("v1", 80, 9), ("v2", 80, 1)]))
        producer = self.made("MeshHTTPRoute")[0]
        self.assertEqual(producer["spec"]["targetRef"]["kind"], "Mesh")
        to = producer["spec"]["to"][0]
        self.assertEqual(to["targetRef"]["name"], f"backend_{self.ns}_svc_80")
        self.assertEqual([b["weight"] for b in to["rules"][0]["default"]["backendRefs"]], [9, 1])
        self.wait_condition("HTTPRoute", "canary", "Accepted", "True")
        parents = [{"group": "", "kind": "Service", "name": "backend", "namespace": self.ns}]
        mine = service("mine", consumer)
        self.add(mine, route("own", consumer, parents, [("mine", 80, 1)]))
        found = wait_for("the consumer's route", lambda: [
            o for o in self.cluster.list("MeshHTTPRoute")
            if f".{consumer}." in owner_of(o)])
        self.assertEqual(found[0]["spec"]["targetRef"],
                         {"kind": "MeshSubset", "tags": {"k8s.kuma.io/namespace": consumer}})


class Keeping(Story):
    def test_edited_and_deleted_objects_are_restored_within_two_seconds(self):
        made = self.shop()
        name, spec = made["metadata"]["name"], made["spec"]
        self.settle()
        edit = {"spec": {"to": [{**spec["to"][0], "hostnames": ["edited.example.com"]}]}}
        self.cluster.merge("MeshHTTPRoute", "kuma-system", name, edit)
        wait_for("the edited route to be restored",
                 lambda: self.cluster.get("MeshHTTPRoute", "kuma-system", name)["spec"] == spec, 2)
        self.cluster.delete("MeshHTTPRoute", "kuma-system", name)
        wait_for("the deleted route to be restored",
                 lambda: (self.cluster.get("MeshHTTPRoute", "kuma-system", name) or {}).get("spec") == spec, 2)
        self.cluster.merge("MeshGateway", None, f"edge.{self.ns}", {"spec": {"tags": {"who": "me"}}})
        wait_for("the edited gateway to be restored",
                 lambda: "tags" not in self.cluster.get("MeshGateway", None, f"edge.{self.ns}")["spec"], 2)

    def test_nothing_is_written_when_nothing_changes(self):
        self.shop()
        self.settle()
        before = {o["kind"] + o["metadata"]["name"]: o["metadata"]["resourceVersion"] for o in self.generated()}
        applied = len(self.daemon.records("Applied"))
        time.sleep(IDLE_SECONDS)
        after = {o["kind"] + o["metadata"]["name"]: o["metadata"]["resourceVersion"] for o in self.generated()}
        self.assertEqual(before, after)
        self.assertEqual(len(self.daemon.records("Applied")), applied)
        self.daemon.stop()
        self.daemon.start()
        self.settle()
        self.assertEqual(len(self.daemon.records("Applied")), applied, "a restart wrote something")

    def test_status_of_other_controllers_stays(self):
        self.shop()
        self.wait_condition("HTTPRoute", "shop", "Accepted", "True")
        theirs = {"controllerName": "example.com/other", "parentRef": {"name": "elsewhere"}, "conditions": [{
            "type": "Accepted", "status": "True", "reason": "Accepted", "message": "theirs",
            "lastTransitionTime": "2026-01-01T00:00:00Z", "observedGeneration": 1}]}
        for _ in range(5):
            now = self.cluster.get("HTTPRoute", self.ns, "shop")
            try:
                self.cluster.merge("HTTPRoute", self.ns, "shop", {
                    "metadata": {"resourceVersion": now["metadata"]["resourceVersion"]},
                    "status": {"parents": now["status"]["parents"] + [theirs]}}, "/status", "other")
                break
            except ApiError as error:
                self.assertEqual(error.status, 409)
        self.add(route("shop", self.ns, [{"name": "edge"}], [("gone", 80, 1)]))
        self.wait_condition("HTTPRoute", "shop", "Accepted", "True")
        def both():
            parents = self.cluster.get("HTTPRoute", self.ns, "shop")["status"]["parents"]
            ours = [p for p in parents if p["controllerName"] == "gateways.kuma.io/controller"]
            return ours and condition(ours[0]["conditions"], "ResolvedRefs")["status"] == "False" and \
                [p["conditions"][0]["message"] for p in parents if p["controllerName"] == "example.com/other"] == ["theirs"]
        wait_for("our entry to change and theirs to stay", both)

    def test_gateway_becomes_programmed_with_its_address(self):
        self.shop()
        if self.real:
            self.wait_condition("Gateway", "edge", "Programmed", "False", "AddressNotAssigned")
            self.cluster.merge("MeshGatewayInstance", self.ns, "edge",
                               {"status": {"loadBalancer": {"ingress": [{"ip": "192.0.2.7"}]}}}, "/status")
        self.wait_condition("Gateway", "edge", "Programmed", "True")
        self.assertTrue(self.cluster.get("Gateway", self.ns, "edge")["status"]["addresses"])


class Log(Story):
    def test_kill_and_restart_resume_converge_and_replay(self):
        made = self.shop()
        self.settle()
        self.daemon.kill()
        self.add(route("shop", self.ns, [{"name": "edge"}], [("web", 80, 7)]))
        begins = len(self.daemon.records("SyncBegin"))
        self.daemon.start()
        name = made["metadata"]["name"]
        wait_for("the weight that changed while the daemon was dead", lambda: self.cluster.get(
            "MeshHTTPRoute", "kuma-system", name)["spec"]["to"][0]["rules"][0]["default"]["backendRefs"][0]["weight"] == 7)
        self.settle()
        self.assertEqual(len(self.daemon.records("SyncBegin")), begins, "the watch was resumed by a list")
        live = self.daemon.json("status")
        for env in ({}, {"LANG": "tr_TR.UTF-8", "LC_ALL": "C", "TZ": "Asia/Kathmandu"}):
            replay = self.daemon.json("replay", "--verify", env=env)
            self.assertEqual(replay["divergences"], [])
            self.assertGreater(replay["decisions"], 0)
            self.assertEqual(replay["outputDigest"], live["outputDigest"])
        self.assertEqual(self.daemon.json("fsck")["problems"], [])

    def test_why_names_rule_field_record_and_writer(self):
        made = self.shop()
        self.settle()
        answer = self.daemon.json("why", f"meshhttproute/{made['metadata']['name']}:"
                                  ".spec.to[0].rules[0].default.backendRefs[0].weight", "-n", "kuma-system")
        cause = answer["causes"][0]
        self.assertEqual(answer["rule"], "backend_reference/weight")
        self.assertEqual(cause["object"], f"HTTPRoute/{self.ns}/shop")
        self.assertEqual(cause["field"], ".spec.rules[0].backendRefs[0].weight")
        self.assertEqual(cause["writer"]["manager"], "kubectl")
        self.assertGreater(cause["seq"], 0)

    def test_many_routes_on_one_gateway(self):
        self.add(gateway_class(), service("web", self.ns), gateway("edge", self.ns))
        self.made("MeshGateway")
        self.settle()
        def gateway_writes():
            return sum(1 for r in self.daemon.records("Applied")
                       if r["detail"].startswith("status Gateway/") and ": done" in r["detail"])
        before = gateway_writes()
        self.cluster.create_all(route(f"r{i}", self.ns, [{"name": "edge"}], [("web", 80, 1)]) for i in range(ROUTES))
        def complete():
            listeners = self.cluster.get("Gateway", self.ns, "edge")["status"].get("listeners", [])
            return listeners and listeners[0]["attachedRoutes"] == ROUTES
        started = time.monotonic()
        def accepted():
            statuses = [parent_condition(each, "Accepted") for each in self.cluster.list("HTTPRoute", self.ns)]
            return len(statuses) == ROUTES and all(each and each["status"] == "True" for each in statuses)
        wait_for(f"attachedRoutes {ROUTES}", complete, 15)
        wait_for(f"{ROUTES} accepted routes", accepted, started + 15 - time.monotonic())
        self.made("MeshHTTPRoute", ROUTES)
        print(f"settled {time.monotonic() - started:.1f} s after the last create", file=sys.stderr)
        self.assertLessEqual(gateway_writes() - before, 20)


if __name__ == "__main__":
    BINARIES = os.path.abspath(sys.argv.pop(1))
    unittest.main(verbosity=2)
