"""A small client of a Kubernetes API server: the sandbox program, or a real kube-apiserver."""

import base64
import concurrent.futures
import http.client
import json
import os
import shutil
import socket
import ssl
import subprocess
import tempfile
import time
import urllib.parse

import yaml

KUMA = "apis/kuma.io/v1alpha1"
GATEWAY_API = "apis/gateway.networking.k8s.io/v1"
RIGHTS = "apis/rbac.authorization.k8s.io/v1"
RESOURCES = {
    "Namespace": ("api/v1", "namespaces", False),
    "Service": ("api/v1", "services", True),
    "ConfigMap": ("api/v1", "configmaps", True),
    "Secret": ("api/v1", "secrets", True),
    "GatewayClass": (GATEWAY_API, "gatewayclasses", False),
    "Gateway": (GATEWAY_API, "gateways", True),
    "HTTPRoute": (GATEWAY_API, "httproutes", True),
    "GRPCRoute": (GATEWAY_API, "grpcroutes", True),
    "TLSRoute": (GATEWAY_API, "tlsroutes", True),
    "TCPRoute": (GATEWAY_API, "tcproutes", True),
    "UDPRoute": (GATEWAY_API, "udproutes", True),
    "ListenerSet": (GATEWAY_API, "listenersets", True),
    "BackendTLSPolicy": (GATEWAY_API, "backendtlspolicies", True),
    "ReferenceGrant": (GATEWAY_API, "referencegrants", True),
    "Mesh": (KUMA, "meshes", False),
    "MeshGatewayConfig": (KUMA, "meshgatewayconfigs", False),
    "MeshGateway": (KUMA, "meshgateways", False),
    "MeshGatewayInstance": (KUMA, "meshgatewayinstances", True),
    "MeshHTTPRoute": (KUMA, "meshhttproutes", True),
    "MeshTCPRoute": (KUMA, "meshtcproutes", True),
    "MeshTimeout": (KUMA, "meshtimeouts", True),
    "MeshExternalService": (KUMA, "meshexternalservices", True),
    "MeshRetry": (KUMA, "meshretries", True),
    "ClusterRole": (RIGHTS, "clusterroles", False),
    "ClusterRoleBinding": (RIGHTS, "clusterrolebindings", False),
    "Role": (RIGHTS, "roles", True),
    "RoleBinding": (RIGHTS, "rolebindings", True),
}


class ApiError(Exception):
    def __init__(self, status, body):
        super().__init__(f"{status}: {body.get('message', body) if isinstance(body, dict) else body}")
        self.status = status


class Cluster:
    """Talks to the server of a kubeconfig as its administrator."""

    def __init__(self, kubeconfig, zone):
        self.kubeconfig, self.zone = kubeconfig, zone
        with open(kubeconfig, encoding="utf-8") as file:
            config = yaml.safe_load(file)
        context = next(c["context"] for c in config["contexts"] if c["name"] == config["current-context"])
        cluster = next(c["cluster"] for c in config["clusters"] if c["name"] == context["cluster"])
        user = next((u["user"] for u in config.get("users", []) if u["name"] == context["user"]), {})
        self.url = urllib.parse.urlparse(cluster["server"])
        self.headers = {"Content-Type": "application/json", "Accept": "application/json"}
        if user.get("token"):
            self.headers["Authorization"] = "Bearer " + user["token"]
        self.tls = None
        if self.url.scheme == "https":
            authority = cluster.get("certificate-authority-data")
            self.tls = ssl.create_default_context(
                cafile=cluster.get("certificate-authority"),
                cadata=base64.b64decode(authority).decode() if authority else None)
        self.idle = []  # connections that no thread uses
        self.created = []

    def connect(self):
        if self.tls:
            return http.client.HTTPSConnection(self.url.hostname, self.url.port, timeout=30, context=self.tls)
        return http.client.HTTPConnection(self.url.hostname, self.url.port, timeout=30)

    def request(self, method, path, body=None, content_type=None):
        headers = dict(self.headers)
        if content_type:
            headers["Content-Type"] = content_type
        data = None if body is None else json.dumps(body)
        for attempt in (1, 2):
            connection = self.take_connection(fresh=attempt == 2)
            try:
                connection.request(method, "/" + path, data, headers)
                response = connection.getresponse()
                text = response.read()
                self.idle.append(connection)
                break
            except (http.client.HTTPException, OSError):
                connection.close()
                if attempt == 2:
                    raise
        answer = json.loads(text) if text[:1] == b"{" else text.decode()
        if response.status >= 400:
            raise ApiError(response.status, answer)
        return answer

    def take_connection(self, fresh):
        try:
            return self.connect() if fresh else self.idle.pop()
        except IndexError:
            return self.connect()

    def close(self):
        while self.idle:
            self.idle.pop().close()

    @staticmethod
    def path(kind, namespace=None, name=None):
        prefix, plural, namespaced = RESOURCES[kind]
        parts = [prefix]
        if namespaced and namespace:
            parts += ["namespaces", namespace]
        parts.append(plural)
        if name:
            parts.append(name)
        return "/".join(parts)

    def apply(self, obj, manager="kubectl"):
        meta = obj["metadata"]
        path = self.path(obj["kind"], meta.get("namespace"), meta["name"])
        self.created.append((obj["kind"], meta.get("namespace"), meta["name"]))
        return self.request("PATCH", f"{path}?fieldManager={manager}&force=true", obj,
                            "application/apply-patch+yaml")

    def create_all(self, objects):
        """As fast as the server takes them."""
        def create(each):
            meta = each["metadata"]
            self.request("POST", self.path(each["kind"], meta.get("namespace")) + "?fieldManager=kubectl", each)
            self.created.append((each["kind"], meta.get("namespace"), meta["name"]))
        with concurrent.futures.ThreadPoolExecutor(max_workers=8) as pool:
            for _ in pool.map(create, objects):
                pass

    def delete_all(self, kind, namespace):
        """One request for all objects of a kind in a namespace."""
        self.request("DELETE", self.path(kind, namespace))
        self.created = [each for each in self.created if each[:2] != (kind, namespace)]

    def merge(self, kind, namespace, name, patch, sub="", manager="kubectl-edit"):
        return self.request("PATCH", self.path(kind, namespace, name) + sub + f"?fieldManager={manager}",
                            patch, "application/merge-patch+json")

    def get(self, kind, namespace, name):
        try:
            return self.request("GET", self.path(kind, namespace, name))
        except ApiError as error:
            if error.status == 404:
                return None
            raise

    def list(self, kind, namespace=None):
        return self.request("GET", self.path(kind, namespace))["items"]

    def delete(self, kind, namespace, name):
        try:
            self.request("DELETE", self.path(kind, namespace, name))
        except ApiError as error:
            if error.status != 404:
                raise

    def clean(self):
        """Deletes what tests made (not Namespaces: without a controller manager they never end)."""
        for kind, namespace, name in reversed(self.created):
            if kind != "Namespace":
                self.delete(kind, namespace, name)
        self.created = []


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(what, probe, seconds=15):
    """Polls until `probe` gives something true; fails with `what` and the last value."""
    end, value = time.monotonic() + seconds, None
    while time.monotonic() < end:
        value = probe()
        if value:
            return value
        time.sleep(0.05)
    raise AssertionError(f"not within {seconds} s: {what}; last seen: {value!r}")


class SandboxProcess:
    """The sandbox program with a kubeconfig of its own."""

    def __init__(self, binary, zone):
        self.folder = tempfile.mkdtemp(prefix="pawprint-e2e-")
        self.kubeconfig = os.path.join(self.folder, "kubeconfig")
        self.process = subprocess.Popen([binary, "--zone", zone, "--kubeconfig", self.kubeconfig],
                                        stdout=subprocess.DEVNULL)
        wait_for("the sandbox's kubeconfig", lambda: os.path.exists(self.kubeconfig) and os.path.getsize(self.kubeconfig))

    def stop(self):
        self.process.terminate()
        self.process.wait(10)
        shutil.rmtree(self.folder, ignore_errors=True)
