"""Secrets through the daemon: lists, watches, copies, refusals, its log, HTTP, metrics and ctl.
Usage: daemon_test.py BINARIES SCANNER [unittest arguments]"""

import json
import time
import urllib.error
import urllib.request

from canaries import b64, canaries, key_pair, secret, write_needles
from evidence import BINARIES, EvidenceTest, main
from import_test import malformed
from proxy import Fault, Proxy, status

from cluster import ApiError, Cluster, SandboxProcess, wait_for
from daemon import Daemon
from story import gateway_class, namespace, obj, route, service

NS = "shop"
CERTIFICATES = 8
KEY = "-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n"


class Live(EvidenceTest):
    def setUp(self):
        super().setUp()
        values = canaries()
        self.values = {f"canary-{i}": v for i, v in enumerate(values)}
        more = canaries(40, seed=7)
        self.token, self.echoed, self.header = more[0], more[1:20], more[20:30]
        # A bearer token cannot hold these two; the daemon's own one need not be one.
        self.echoed[8] = self.echoed[8].translate(str.maketrans("&@", "xy"))
        self.values["token"] = self.token
        self.values.update({f"echoed-{i}": v for i, v in enumerate(self.echoed)})
        self.secrets = [secret(i, v, NS) for i, v in enumerate(values)]
        self.pairs = [key_pair(f"h{i}.example.com") for i in range(CERTIFICATES)]
        for number, (_, _, private) in enumerate(self.pairs):
            self.values.update({f"key-{number}-line-{i}": line for i, line in enumerate(private)})
        self.needles, self.headers = self.folder / "needles", self.folder / "headers"
        write_needles(self.needles, self.values)
        write_needles(self.headers, {f"header-{i}": v for i, v in enumerate(self.header)})
        self.sent, self.stores = self.folder / "sent", self.folder / "stores"
        self.weight, self.changed = 1, 0.0
        self.sent.mkdir()
        self.stores.mkdir()
        self.start_servers()

    def start_servers(self):
        self.sandbox = SandboxProcess(str(BINARIES / "sandbox"), "zone-1")
        self.addCleanup(self.sandbox.stop)
        self.cluster = Cluster(self.sandbox.kubeconfig, "zone-1")
        self.addCleanup(self.cluster.close)
        self.proxy = Proxy((self.cluster.url.hostname, self.cluster.url.port), self.sent)
        self.addCleanup(self.proxy.stop)
        user = {"token": self.token}
        config = {"apiVersion": "v1", "kind": "Config", "current-context": "zone-1",
                  "contexts": [{"name": "zone-1", "context": {"cluster": "c", "user": "u"}}],
                  "clusters": [{"name": "c", "cluster": {"server": f"http://127.0.0.1:{self.proxy.port}"}}],
                  "users": [{"name": "u", "user": user}]}
        self.kubeconfig = str(self.write("kubeconfig", json.dumps(config)))
        self.config = self.write("config.yaml", "secrets: {namespaces: [kuma-system, shop]}\n")

    def daemon(self, *extra):
        made = Daemon(str(BINARIES), self.cluster, store=str(self.stores / "store"), kubeconfig=self.kubeconfig,
                      extra=["--config", str(self.config), "--log-level", "debug", *extra])
        made.start()
        self.addCleanup(lambda: made.process.poll() is None and made.process.kill())
        return made

    def certificate(self, number, pair):
        key, certificate, _ = self.pairs[pair]
        return obj("Secret", f"cert-{number}", NS, data={"tls.key": b64(key), "tls.crt": b64(certificate)},
                   type="kubernetes.io/tls")

    def gateway(self):
        listeners = [{"name": f"l{i}", "port": 8443, "protocol": "HTTPS", "hostname": f"h{i}.example.com",
                      "tls": {"certificateRefs": [{"name": f"cert-{i}"}]}} for i in range(CERTIFICATES)]
        broken = [{"name": f"b{i}", "port": 8443, "protocol": "HTTPS", "hostname": f"b{i}.example.com",
                   "tls": {"certificateRefs": [{"name": f"canary-{n}"}]}} for i, n in enumerate((7, 8, 21))]
        return obj("Gateway", "edge", NS, {"gatewayClassName": "kuma", "listeners": listeners + broken})

    def shop(self):
        out = route("shop", NS, [{"name": "edge"}], [("web", 80, self.weight)],
                    annotations={"example.com/api-token": self.header[0], "note": f"password={self.header[1]}"})
        modifier = {"set": [{"name": "Authorization", "value": f"Bearer {self.header[2]}"},
                            {"name": "X-Api-Key", "value": self.header[3]}],
                    "add": [{"name": "Cookie", "value": f"s={self.header[4]}"}]}
        out["spec"]["rules"][0]["filters"] = [{"type": "RequestHeaderModifier", "requestHeaderModifier": modifier}]
        out["spec"]["rules"][0]["matches"] = [{"headers": [{"name": "x-auth-token", "value": self.header[5]}]}]
        return out

    def build_world(self):
        self.cluster.apply(obj("Mesh", "default", spec={}))
        for each in (namespace("kuma-system"), namespace(NS), gateway_class(), service("web", NS)):
            self.cluster.apply(each)
        for number in range(CERTIFICATES):
            self.cluster.apply(self.certificate(number, number))
        refused = 0
        for each in self.secrets:
            try:
                self.cluster.create_all([each])
            except ApiError:
                refused += 1
        self.assertEqual(refused, 0)
        self.cluster.apply(self.gateway())
        self.cluster.apply(self.shop())

    def plan_faults(self):
        """Answers that quote Secrets, tokens and what was sent."""
        e = self.echoed
        plain = json.dumps({"kind": "Secret", "data": {"k": b64(e[0])}, "stringData": {"k": e[1]}})
        def say(code, reason, text):
            return lambda body: status(code, reason, text + body[:20000])
        listed, copies = r"/secrets\?", r"/namespaces/kuma-system/secrets/"
        sources = r"/namespaces/shop/secrets/cert-"
        routes = r"/meshhttproutes/"
        self.proxy.faults = [
            Fault("GET", listed, 500, say(500, "InternalError", plain)),
            Fault("GET", listed, 429, lambda _: e[2] * 30),
            Fault("GET", listed, 401, say(401, "Unauthorized " + e[3], plain)),  # counts as absent for 30 s
            Fault("GET", sources, 403, say(403, "Forbidden", plain)),
            Fault("GET", sources, 500, say(500, e[4], plain)),
            Fault("GET", sources, 503, lambda _: f"<html>{e[5]} {b64(e[5])}</html>"),
            Fault("PATCH", copies, 422, say(422, "Invalid", "data: Invalid value: "), 2),
            Fault("PATCH", copies, 409, say(409, "Conflict", "it is "), 2),
            Fault("PATCH", copies, 500, say(500, "InternalError", 'admission webhook "x" denied the request: ')),
            Fault("PATCH", copies, 403, say(403, "Forbidden", "may not send ")),
            Fault("PATCH", copies, 401, say(401, "Unauthorized", "with ")),
            Fault("PATCH", routes, 403, lambda _: status(403, "Forbidden", f"{self.token} is not known")),
            Fault("PATCH", routes, 500, lambda _: status(500, "InternalError", f"upstream https://u:{e[7]}@host/ said Bearer {e[8]}")),
            Fault("PATCH", routes, 503, lambda _: status(503, "Unavailable", f"with {KEY.format(b64(e[9]))} password={e[10]}")),
            Fault("PATCH", routes, 422, lambda _: status(422, "Invalid", f"Authorization: Bearer {e[11]}")),
        ]
        lines = [text for text in malformed(e[12]) if "\n" not in text and '"ERROR"' not in text]
        wrapped = [json.dumps({"type": "MODIFIED", "object": {"kind": "Secret", "metadata": {"name": "x", "namespace": NS,
                   "uid": "u", "resourceVersion": "1"}, "data": {"k": e[13] + "!"}}}),
                   json.dumps({"type": "ADDED", "object": {"kind": "Secret", "stringData": {"k": e[13]}}})]
        error = json.dumps({"type": "ERROR", "object": json.loads(status(500, "InternalError", plain + e[14]))})
        self.proxy.lines = {"secrets": lines + wrapped + [error],
                            "gateways": wrapped + lines, "httproutes": wrapped, "configmaps": wrapped}

    def http(self, daemon, path):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{daemon.port}{path}", timeout=60) as answer:
                text = answer.read()
        except urllib.error.HTTPError as error:
            text = error.read()
        self.keep("http " + path, text)
        return text.decode()

    def ask(self, daemon):
        for path in ("/livez", "/readyz?verbose", "/startupz", "/metrics", "/api/v1/status", "/api/v1/zones", "/nothing",
                     "/api/v1/get?type=secrets", "/api/v1/get?type=secrets&observed=1", "/api/v1/get?type=gateways",
                     "/api/v1/get?type=httproutes", "/api/v1/get?type=meshhttproutes,meshgateways",
                     "/api/v1/get?type=secrets&name=cert-0&n=shop&at=HEAD~2", "/api/v1/get?type=secret&name=none&n=shop"):
            self.http(daemon, path)
        store = daemon.store
        self.run_program("pawprintd", "ctl", "pause", "--store", store)
        wait_for("resume", lambda: daemon.ctl("resume"))
        for words in (["resume"], ["reconcile", "secret/cert-0", "-n", NS], ["release", "deletions"],
                      ["release", "secret/none"]):
            self.run_program("pawprintd", "ctl", *words, "--store", store, codes=(0, 1, 2))
        for words in (["status"], ["zones", "-o", "yaml"], ["log", "--oneline"], ["log", "--kind", "secrets", "-p"],
                      ["log", "--kind", "Applied", "-o", "json"], ["log", "--kind", "Quarantined", "-o", "jsonl"],
                      ["get", "secrets", "-A", "-o", "yaml"], ["get", "secrets", "-A", "--observed", "-o", "json"],
                      ["why", "secret/cert-0", "-n", NS, "-o", "wide"], ["diff", "@1..HEAD", "-o", "json"]):
            self.run_program("pawprint", *words, "--store", store, codes=(0, 1))

    def copies(self):
        return [each for each in self.cluster.list("Secret", "kuma-system")
                if "pawprint.dev/owner" in each["metadata"].get("labels", {})]

    def wait_for_all(self, daemon):
        """For the route, and copies of all certificates with the bytes that they have now."""
        def equal():
            want = {b64(key + certificate) for key, certificate, _ in self.pairs}
            have = {each["data"]["value"] for each in self.copies()}
            owned = [each for each in self.cluster.list("MeshHTTPRoute") if "HTTPRoute." in str(each["metadata"]["labels"])]
            if have == want and owned:
                return True
            if time.monotonic() > self.changed + 3:  # What was refused is tried again when it changes.
                self.rotate()
            return None
        self.changed = time.monotonic()
        wait_for("the route and the copies of all certificates", equal, 120)

    def rotate(self):
        """Other certificates, and another weight."""
        self.changed = time.monotonic()
        self.pairs = self.pairs[1:] + self.pairs[:1]
        for number in range(CERTIFICATES):
            self.cluster.apply(self.certificate(number, number))
        self.weight += 1
        self.cluster.apply(self.shop())

    def test_nothing_of_a_secret_is_anywhere(self):
        self.build_world()
        self.plan_faults()
        daemon = self.daemon()
        with open(f"/proc/{daemon.process.pid}/limits", encoding="utf-8") as limits:
            self.assertIn("Max core file size        0", limits.read())
        self.ask(daemon)
        self.wait_for_all(daemon)
        self.rotate()
        self.cluster.delete("Secret", NS, "canary-3")
        self.cluster.merge("Secret", NS, "canary-4", {"stringData": {"first": self.echoed[15]}})
        for each in self.copies()[:2]:
            self.cluster.merge("Secret", "kuma-system", each["metadata"]["name"], {"data": {"value": b64(self.echoed[16])}})
        self.wait_for_all(daemon)
        self.ask(daemon)
        daemon.kill()
        daemon = self.daemon("--log-format", "json")
        self.cluster.delete("Gateway", NS, "edge")
        wait_for("copies to go", lambda: daemon.ctl("release", "deletions") or not self.copies(), 60)
        self.ask(daemon)
        daemon.stop()
        self.check(daemon)

    def check(self, daemon):
        unused = [fault.path.pattern + f" {fault.status}" for fault in self.proxy.faults if fault.used == 0]
        self.assertEqual(unused, [], "these answers were never given")
        self.assertEqual(self.proxy.lines, {}, "these watches never were")
        written = daemon.written()
        self.assertIn("Forbidden", written)
        quarantined = len(daemon.records("Quarantined"))
        self.assertGreater(quarantined, 30)
        self.keep("log", written)
        copied = self.folder / "copy"
        self.run_program("pawprint", "copy", "--to", copied, "--store", daemon.store)
        self.run_program("pawprint", "replay", "--verify", "--store", daemon.store)
        # The folder of the store: records, and whatever files there are.
        self.assert_clean(self.needles, daemon.store, copied, self.said, self.sent)
        self.check_headers(daemon)

    def check_headers(self, daemon):
        """What people write into headers is in the log as received, and in nothing that leaves it."""
        code, lines = self.scan(self.headers, daemon.store)
        self.assertEqual(code, 1)
        self.assertGreaterEqual(len({line.split("/")[0] for line in lines if line.startswith("HIT")}), 6)
        answers = self.folder / "answers"
        answers.mkdir()
        for each in self.said.iterdir():
            if "-http_" in each.name or each.name.endswith("-log"):
                (answers / each.name).write_bytes(each.read_bytes())
        self.assertTrue(any("[scrubbed]" in each.read_text(errors="replace") for each in answers.iterdir()))
        self.assert_clean(self.headers, answers)


if __name__ == "__main__":
    main()
