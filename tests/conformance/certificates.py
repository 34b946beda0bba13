"""The Secrets and ConfigMaps that the upstream suite makes in code (data/README.md), made with openssl."""

import base64
import concurrent.futures
import os
import pathlib
import subprocess
import tempfile

INFRA = "gateway-conformance-infra"
APP = "gateway-conformance-app-backend"
WEB = "gateway-conformance-web-backend"

# Each ConfigMap is a certificate authority of its own: (namespace, name).
AUTHORITIES = [
    (WEB, "web-backend-cm"),
    (INFRA, "tls-validity-checks-ca-certificate"),
    (INFRA, "tls-validity-checks-per-port-ca-certificate"),
    (INFRA, "tls-checks-ca-certificate"),
    (INFRA, "mismatch-ca-certificate"),
]

# (namespace, name, subject alternative names, name of the authority or None for self-signed).
SECRETS = [
    (WEB, "certificate", ["DNS:*"], None),
    (INFRA, "tls-validity-checks-certificate", ["DNS:*", "DNS:*.org", "DNS:*.wildcard.org"], None),
    (INFRA, "tls-validity-checks-client-certificate", ["DNS:client.example.com"],
     "tls-validity-checks-ca-certificate"),
    (INFRA, "tls-validity-checks-per-port-client-certificate", ["DNS:client.example.com"],
     "tls-validity-checks-per-port-ca-certificate"),
    (INFRA, "tls-checks-certificate",
     ["DNS:abc.example.com", "DNS:other.example.com", "URI:spiffe://abc.example.com/test-identity"],
     "tls-checks-ca-certificate"),
    (INFRA, "tls-checks-client-certificate", ["DNS:client.example.com"], "tls-checks-ca-certificate"),
    (INFRA, "tls-passthrough-checks-certificate", ["DNS:abc.example.com"], "tls-checks-ca-certificate"),
    (APP, "tls-passthrough-checks-certificate", ["DNS:abc.example.com"], "tls-checks-ca-certificate"),
    (INFRA, "tls-terminate-checks-certificate", ["DNS:tls.example.com"], "tls-checks-ca-certificate"),
]


def openssl(*arguments):
    done = subprocess.run(["openssl", *arguments], capture_output=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"openssl {arguments[0]}: {done.stderr.decode('utf-8', 'replace').strip()}")


def make_certificate(stem, common_name, extensions, signer=None):
    """Writes stem.key and stem.crt; signer is the stem of an authority, or None for self-signed."""
    extra = [word for extension in extensions for word in ("-addext", extension)]
    subject = ["-subj", f"/O=Pawprint conformance/CN={common_name}"]
    key = ["-newkey", "rsa:2048", "-noenc", "-keyout", f"{stem}.key"]
    if signer is None:
        openssl("req", "-x509", *key, "-out", f"{stem}.crt", "-days", "2", *subject, *extra)
        return
    openssl("req", "-new", *key, "-out", f"{stem}.csr", *subject, *extra)
    openssl("x509", "-req", "-in", f"{stem}.csr", "-CA", f"{signer}.crt", "-CAkey", f"{signer}.key",
            "-CAcreateserial", "-CAserial", f"{stem}.srl", "-copy_extensions", "copy", "-days", "2",
            "-out", f"{stem}.crt")


def encoded(path):
    return base64.b64encode(pathlib.Path(path).read_bytes()).decode("ascii")


def make_objects():
    """All Secrets and ConfigMaps as objects, and the PEM of each authority by its ConfigMap's name."""
    with tempfile.TemporaryDirectory(prefix="pawprint-certificates-") as name, \
            concurrent.futures.ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        folder = pathlib.Path(name)
        list(pool.map(lambda each: make_certificate(folder / each[1], each[1], ["keyUsage=keyCertSign"]),
                      AUTHORITIES))
        list(pool.map(lambda each: make_certificate(
            folder / f"{each[0]}.{each[1]}", "pawprint", [f"subjectAltName={','.join(each[2])}"],
            folder / each[3] if each[3] else None), SECRETS))
        objects = [config_map(namespace, name, folder) for namespace, name in AUTHORITIES]
        objects += [secret(namespace, name, folder / f"{namespace}.{name}") for namespace, name, _, _ in SECRETS]
    return objects, {each["metadata"]["name"]: each["data"]["ca.crt"]
                     for each in objects if each["kind"] == "ConfigMap"}


def config_map(namespace, name, folder):
    data = {"ca.crt": (folder / f"{name}.crt").read_text("ascii"), "key.crt": (folder / f"{name}.key").read_text("ascii")}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"namespace": namespace, "name": name}, "data": data}


def secret(namespace, name, stem):
    data = {"tls.crt": encoded(f"{stem}.crt"), "tls.key": encoded(f"{stem}.key")}
    return {"apiVersion": "v1", "kind": "Secret", "metadata": {"namespace": namespace, "name": name},
            "type": "kubernetes.io/tls", "data": data}


def make_pair(namespace, secret_name, authority_name):
    """A Secret with a self-signed certificate, and a ConfigMap with an authority."""
    with tempfile.TemporaryDirectory(prefix="pawprint-certificates-") as name:
        folder = pathlib.Path(name)
        make_certificate(folder / secret_name, secret_name, ["subjectAltName=DNS:*"])
        make_certificate(folder / authority_name, authority_name, ["keyUsage=keyCertSign"])
        return secret(namespace, secret_name, folder / secret_name), config_map(namespace, authority_name, folder)
