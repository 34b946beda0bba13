"""The themes of the documentation with no right but those of deploy/: the daemon runs on a real kube-apiserver, with the
configuration of deploy/base, as a user who is bound to its roles and to nothing else.

Needs PAWPRINT_APISERVER_KUBECONFIG and PAWPRINT_APISERVER_USER_KUBECONFIG. Usage: rights_test.py BINARIES [unittest arguments]"""

import base64
import os
import re
import subprocess
import sys
import tempfile
import unittest

import yaml

import e2e_test
from cluster import wait_for
from daemon import Daemon
from story import gateway_class, obj, service

DEPLOY = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "deploy")
SUBJECT = {"kind": "User", "name": "pawprint", "apiGroup": "rbac.authorization.k8s.io"}
USER = os.environ.get("PAWPRINT_APISERVER_USER_KUBECONFIG")
STREAMS = {"GRPCRoute": "http", "TLSRoute": "tls", "TCPRoute": "tcp", "UDPRoute": "udp"}  # route -> listener
DENIED = re.compile(r"\b403\b|forbidden|denied", re.IGNORECASE)


def documents(path):
    with open(os.path.join(DEPLOY, path), encoding="utf-8") as file:
        return list(yaml.safe_load_all(file))


def rights(path, namespace=None):
    """Roles and bindings of a file, bound to the user instead of the ServiceAccount."""
    for each in documents(path):
        if each["kind"] == "ServiceAccount":
            continue
        if each["kind"].endswith("Binding"):
            each["subjects"] = [SUBJECT]
        if each["kind"] in ("Role", "RoleBinding") and namespace:
            each["metadata"]["namespace"] = namespace
        yield each


def configuration(namespaces):
    """The file that deploy/base mounts, with more namespaces whose certificates may be read."""
    config = yaml.safe_load(documents("base/config.yaml")[0]["data"]["config.yaml"])
    config["mode"] = "apply"
    config["secrets"]["namespaces"] += namespaces
    return config


def key_pair():
    """A TLS Secret's data."""
    with tempfile.TemporaryDirectory() as folder:
        names = [os.path.join(folder, each) for each in ("tls.crt", "tls.key")]
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days",
                        "30", "-subj", "/CN=shop.example.com", "-out", names[0], "-keyout", names[1]],
                       check=True, capture_output=True)
        data = {}
        for name in names:
            with open(name, "rb") as file:
                data[os.path.basename(name)] = base64.b64encode(file.read()).decode()
        return data


def listener(name, port, protocol, **more):
    return {"name": name, "port": port, "protocol": protocol, "allowedRoutes": {"namespaces": {"from": "All"}}, **more}


def gateway_of_all_protocols(ns):
    terminated = {"mode": "Terminate", "certificateRefs": [{"name": "pair"}]}
    return obj("Gateway", "edge", ns, {
        "gatewayClassName": "kuma", "allowedListeners": {"namespaces": {"from": "Same"}}, "listeners": [
            listener("http", 8080, "HTTP"), listener("https", 8443, "HTTPS", hostname="shop.example.com", tls=terminated),
            listener("tls", 8444, "TLS", hostname="shop.example.com", tls={"mode": "Passthrough"}),
            listener("tcp", 9000, "TCP"), listener("udp", 9001, "UDP")]})


def stream_route(kind, ns):
    spec = {"parentRefs": [{"name": "edge", "sectionName": STREAMS[kind]}],
            "rules": [{"backendRefs": [{"name": "web", "port": 80}]}]}
    if kind == "TLSRoute":
        spec["hostnames"] = ["shop.example.com"]
    return obj(kind, kind.lower(), ns, spec)


class Restricted(e2e_test.Story):
    """The daemon runs as the user, in its configuration."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for each in rights("base/rbac.yaml"):
            cls.cluster.apply(cls.changed(each))
        cls.cluster.created = []  # The roles stay until the last daemon has ended.

    @staticmethod
    def changed(role):
        return role

    def make_daemon(self):
        for each in rights("secret-reader/rbac.yaml", self.ns):
            self.cluster.apply(each)
        self.cluster.created = []
        with tempfile.NamedTemporaryFile("w", suffix=".yaml", delete=False) as file:
            yaml.safe_dump(configuration([self.ns]), file)
        self.addCleanup(os.remove, file.name)
        return Daemon(e2e_test.BINARIES, self.cluster, extra=["--config", file.name], kubeconfig=USER)

    def denials(self):
        lines = self.daemon.written().splitlines() + [each["detail"] for each in self.daemon.records("Applied")]
        return [line for line in lines if DENIED.search(line)]


class LeastRights(Restricted, e2e_test.Themes):
    def at_end(self):
        self.assertEqual(self.denials(), [])

    def test_every_kind_that_is_made_or_told(self):
        pair = key_pair()
        self.add(obj("Secret", "pair", self.ns, type="kubernetes.io/tls", data=pair),
                 obj("ConfigMap", "authority", self.ns, data={"ca.crt": base64.b64decode(pair["tls.crt"]).decode()}),
                 gateway_class(), service("web", self.ns), gateway_of_all_protocols(self.ns),
                 obj("ListenerSet", "more", self.ns, {"parentRef": {"name": "edge"}, "listeners": [listener("more", 8081, "HTTP")]}),
                 obj("HTTPRoute", "httproute", self.ns, {"parentRefs": [{"name": "edge", "sectionName": "http"}], "rules": [{
                     "backendRefs": [{"name": "web", "port": 80}], "timeouts": {"request": "2s", "backendRequest": "1s"}}]}),
                 obj("BackendTLSPolicy", "tls", self.ns, {
                     "targetRefs": [{"group": "", "kind": "Service", "name": "web"}],
                     "validation": {"hostname": "web.example.com", "caCertificateRefs": [
                         {"group": "", "kind": "ConfigMap", "name": "authority"}]}}),
                 *[stream_route(kind, self.ns) for kind in STREAMS])
        for kind in e2e_test.GENERATED:
            self.made(kind)
        wait_for("a copy of the certificate", lambda: [
            each for each in self.cluster.list("Secret", "kuma-system") if f".{self.ns}." in e2e_test.owner_of(each)])
        for kind in ("HTTPRoute", *STREAMS):
            self.wait_status(kind, "parents", kind.lower())
        self.wait_status("ListenerSet", "conditions", "more")
        self.wait_status("BackendTLSPolicy", "ancestors", "tls")
        wait_for("the finalizer of the class",
                 lambda: self.cluster.get("GatewayClass", None, "kuma")["metadata"].get("finalizers"))

    def wait_status(self, kind, member, name):
        wait_for(f"a status of {kind} {name}",
                 lambda: self.cluster.get(kind, self.ns, name).get("status", {}).get(member))

    def test_check_misses_nothing(self):
        run = subprocess.run([os.path.join(e2e_test.BINARIES, "pawprintd"), "check", *self.daemon.extra, "--kubeconfig", USER,
                              "--zone", self.cluster.zone], capture_output=True, text=True, timeout=60)
        self.assertEqual(run.returncode, 0, run.stdout + run.stderr)
        self.assertIn("meshretries", run.stdout)
        self.assertNotRegex(run.stdout, DENIED)


class MissingRight(Restricted):
    """The same roles without one right: that a missing right is seen."""

    @staticmethod
    def changed(role):
        for rule in role.get("rules", []):
            rule["resources"] = [name for name in rule["resources"] if name != "httproutes/status"]
        return role

    def test_missing_right_is_told(self):
        self.shop()
        wait_for("a denial", self.denials)


if __name__ == "__main__":
    e2e_test.BINARIES = os.path.abspath(sys.argv.pop(1))
    unittest.main(verbosity=2)
