#!/usr/bin/env python3
"""Sets every field of every Gateway API kind, one at a time, and requires that something changes.

The schemas are those of the CRDs' experimental channel, which holds the standard one. A leaf passes when resources, statuses
or diagnostics of `pawprint translate` differ between an object with it and the same object without it (for a required
leaf: with another value), or when a condition or diagnostic refuses the member that holds it, by name.
inert.json lists leaves that may do nothing, each with its reason; a key may end in the start it holds for: "... (mesh)".

Exit 0: none is ignored. 1: some are; they are printed. 2: bad flags.
"""

import argparse
import collections
import concurrent.futures
import itertools
import json
import os
import pathlib
import sys
import tempfile

import yaml

import certificates
from leaves import Specs, text, walk
from program import Failure, Program, parse, write_list

HERE = pathlib.Path(__file__).resolve().parent
GROUP = "gateway.networking.k8s.io"
CERTIFICATE = {"certificateRefs": [{"name": "certificate"}]}
BACKEND = [{"name": "backend", "port": 8080}]
CA = [{"group": "", "kind": "ConfigMap", "name": "authority"}]
EXPRESSION = {"key": "team", "operator": "In", "values": ["shop"]}

# Telling values around a leaf, by the text of the path they stand at.
BASE = {
    ".parentRefs[]": {"name": "gateway"},
    ".rules[].backendRefs[]": BACKEND[0],
    ".rules[].filters[].requestMirror.backendRef": {"name": "mirror", "port": 8080},
    ".rules[].backendRefs[].filters[].requestMirror.backendRef": {"name": "mirror", "port": 8080},
    ".rules[].filters[].externalAuth.backendRef": {"name": "mirror", "port": 8080},
    ".rules[].backendRefs[].filters[].externalAuth.backendRef": {"name": "mirror", "port": 8080},
    ".rules[].matches[].path": {"type": "PathPrefix", "value": "/start"},
    ".listeners[].tls": CERTIFICATE,
    ".listeners[].tls.certificateRefs[]": {"name": "certificate"},
    ".tls.backend.clientCertificateRef": {"name": "certificate"},
    ".tls.frontend.default": {"validation": {"caCertificateRefs": CA}},
    ".tls.frontend.default.validation": {"caCertificateRefs": CA},
    ".tls.frontend": {"default": {"validation": {"caCertificateRefs": CA}}},
    ".tls.frontend.perPort[]": {"port": 443, "tls": {"validation": {"caCertificateRefs": [{**CA[0], "name": "second"}]}}},
    ".validation.caCertificateRefs[]": CA[0],
    ".listeners[].allowedRoutes.namespaces.selector.matchExpressions[]": EXPRESSION,
    ".allowedListeners.namespaces.selector.matchExpressions[]": EXPRESSION,
}


def meta(name, namespace="shop", **more):
    return {"name": name, "namespace": namespace, **more}


def gateway_object(kind, name, spec, version="v1", namespace="shop"):
    return {"apiVersion": f"{GROUP}/{version}", "kind": kind, "metadata": meta(name, namespace), "spec": spec}


def service(name, namespace="shop"):
    ports = [{"name": "web", "port": 8080, "appProtocol": "http"}, {"name": "other", "port": 8081},
             {"name": "seventh", "port": 7}, {"name": "datagrams", "port": 53, "protocol": "UDP"}]
    return {"apiVersion": "v1", "kind": "Service", "metadata": meta(name, namespace),
            "spec": {"selector": {"app": name}, "ports": ports, "clusterIP": "10.0.0.9"}}


def environment():
    """What the object under test refers to, and what refers to it under the name `subject`."""
    secret, authority = certificates.make_pair("shop", "certificate", "authority")
    second = {**authority, "metadata": meta("second")}
    listeners = [{"name": name, "port": port, "protocol": protocol, **more} for name, port, protocol, more in (
        ("web", 80, "HTTP", {}), ("alternative", 8081, "HTTP", {}), ("secure", 443, "HTTPS", {"tls": CERTIFICATE}),
        ("through", 8444, "TLS", {"tls": {"mode": "Passthrough"}}), ("stream", 9000, "TCP", {}),
        ("datagrams", 9001, "UDP", {}))]
    objects = [
        {"apiVersion": f"{GROUP}/v1", "kind": "GatewayClass", "metadata": {"name": "kuma"},
         "spec": {"controllerName": "gateways.kuma.io/controller"}},
        secret, authority, second,
        *({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": {"team": name}}}
          for name in ("shop", "elsewhere")),
        *(service(name) for name in ("backend", "mirror", "spare")), service("backend", "elsewhere"),
        gateway_object("Gateway", "gateway", {"gatewayClassName": "kuma", "listeners": listeners,
                                              "allowedListeners": {"namespaces": {"from": "All"}}}),
        gateway_object("HTTPRoute", "to-backend", {"parentRefs": [{"name": "gateway", "sectionName": "web"}],
                                                   "rules": [{"backendRefs": BACKEND}]}),
        gateway_object("HTTPRoute", "to-elsewhere", {"parentRefs": [{"name": "gateway", "sectionName": "web"}], "rules": [
            {"backendRefs": [{"name": "backend", "namespace": "elsewhere", "port": 8080}]}]}),
    ]
    for kind in ("Gateway", "ListenerSet"):
        for place in ("shop", "elsewhere"):
            objects.append(gateway_object("HTTPRoute", f"to-subject-{kind.lower()}", {
                "parentRefs": [{"kind": kind, "name": "subject", "namespace": "shop"}],
                "rules": [{"backendRefs": [{"name": "backend", "port": 8080}]}]}, namespace=place))
    objects.append(gateway_object("ListenerSet", "to-subject", {
        "parentRef": {"name": "subject"}, "listeners": [{"name": "more", "port": 8500, "protocol": "HTTP"}]}))
    return objects


def starts(kind, path):
    """Specs to grow the leaf from, by a name for each."""
    if kind.endswith("Route"):
        extra = {"hostnames": ["start.example.com"]} if kind == "TLSRoute" else {}
        rules = [{"backendRefs": BACKEND}]
        if "requestRedirect" in path and path[:3] == ("rules", "[]", "filters"):
            rules = [{}]
        mesh = [{"group": "", "kind": "Service", "name": "backend"}]
        return {"gateway": {"parentRefs": [{"name": "gateway"}], "rules": rules, **extra},
                "mesh": {"parentRefs": mesh, "rules": rules, **extra}}
    tls = "tls" in path
    listener = {"name": "web", "port": 443 if tls else 8098, "protocol": "HTTPS" if tls else "HTTP",
                **({"tls": CERTIFICATE} if tls else {})}
    if kind == "Gateway":
        return {"": {"gatewayClassName": "kuma", "listeners": [listener]}}
    if kind == "ListenerSet":
        return {"": {"parentRef": {"name": "gateway"}, "listeners": [{**listener, "port": 8443 if tls else 8098}]}}
    if kind == "BackendTLSPolicy":
        validation = {"hostname": "start.example.com"}
        if "wellKnownCACertificates" not in path:
            validation["caCertificateRefs"] = CA
        return {"": {"targetRefs": [{"group": "", "kind": "Service", "name": "backend"}], "validation": validation}}
    return {"": {"from": [{"group": GROUP, "kind": "HTTPRoute", "namespace": "shop"}],
                 "to": [{"group": "", "kind": "Service"}]}}


class Answer:
    """What a Translation says: all of it as text, and the messages that refuse something of the object under test."""

    def __init__(self, translation, kind):
        self.content = json.dumps([translation[key] for key in ("resources", "statuses", "diagnostics")])
        self.refusals = {each["message"] for each in translation["diagnostics"]
                         if each["object"].split("/")[0] == kind and each["object"].endswith("/subject")
                         and each["severity"] in ("warning", "error")}
        for each in translation["statuses"]:
            if each["kind"] == kind and each["metadata"]["name"] == "subject":
                self.refusals.update(refusing(each["status"]))


def refusing(node):
    """Messages of conditions that are False, or PartiallyInvalid."""
    if isinstance(node, list):
        return [message for each in node for message in refusing(each)]
    if not isinstance(node, dict):
        return []
    if "type" in node and (node.get("status") == "False" or node["type"] == "PartiallyInvalid"):
        return [node.get("message", "")]
    return [message for each in node.values() for message in refusing(each)]


class Prober:
    def __init__(self, program, folder, objects):
        self.program = program
        self.folder = folder
        self.environment = write_list(folder / "environment.json", objects)
        self.answers = {}
        self.numbers = itertools.count()

    def answer(self, obj):
        content = json.dumps(obj, sort_keys=True)
        if content not in self.answers:
            path = self.folder / f"{next(self.numbers)}.json"
            path.write_text(content, encoding="utf-8")
            full = parse(self.program.translate(self.environment, path), "Translation")
            path.unlink()
            self.answers[content] = Answer(full, obj["kind"])
        return self.answers[content]

    def ignored(self, make, path, start, spec, without):
        """Whether the leaf changes nothing, and nothing says that it or what holds it is refused."""
        with_it = self.answer(make(spec))
        if with_it.content != self.answer(make(without)).content:
            return False
        held = [step.lower().rstrip("s") for step in new_steps(start, path)]
        fresh = with_it.refusals - self.answer(make(start)).refusals
        return not any(name in message.lower() for name in held for message in fresh)

    def probe(self, kind, version, schema, path, leaf):
        """Values of one leaf that are ignored, as (leaf, start, line), and the count of values tried. The leaf of a line
        about a program that failed is empty: nothing excuses it."""
        namespace = "elsewhere" if kind == "ReferenceGrant" else "shop"
        lines, tried = [], 0
        for name, start in starts(kind, path).items():
            for value, spec, without in Specs(schema, start, BASE).pairs(path, leaf):
                tried += 1
                where = f" ({name})" if name else ""
                label = f"{kind} {text(path)} = {json.dumps(value)}{where}"
                try:
                    if self.ignored(lambda each: gateway_object(kind, "subject", each, version, namespace),
                                    path, start, spec, without):
                        lines.append((f"{kind} {text(path)}", where, label))
                except Failure as error:
                    lines.append(("", where, f"{label}: {error}"))
        return lines, tried


def new_steps(start, path):
    """The members of the path that the start does not have."""
    node = start
    for place, step in enumerate(path):
        if step == "[]" and isinstance(node, list) and node:
            node = node[0]
        elif isinstance(node, dict) and step in node:
            node = node[step]
        else:
            return [each for each in path[place:] if each not in ("[]", "{}")]
    return [path[-1]]


def understood(prober, kind, version, start):
    """Whether the kind has any effect at all."""
    namespace = "elsewhere" if kind == "ReferenceGrant" else "shop"
    nothing = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop", "labels": {"team": "shop"}}}
    with_it = json.loads(prober.answer(gateway_object(kind, "subject", start, version, namespace)).content)
    without = json.loads(prober.answer(nothing).content)
    return with_it[:2] != without[:2]


def probe_all(prober, schemas, standard):
    """(lines by kind, kinds without any effect, leaves, values, paths without a value)."""
    lines, dead, leaves, tried, empty = collections.OrderedDict(), [], 0, 0, []
    with concurrent.futures.ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        for kind, entry in schemas.items():
            first = next(iter(starts(kind, ()).values()))
            if not understood(prober, kind, entry["version"], first):
                dead.append(kind)
            found = list(walk(entry["spec"]))
            results = pool.map(lambda each, kind=kind, entry=entry: prober.probe(
                kind, entry["version"], entry["spec"], *each), found)
            for (path, _), (failed, count) in zip(found, results):
                leaves += 1
                tried += count
                mark = "" if f"{kind}{text(path)}" in standard else " [experimental]"
                lines.setdefault(kind, []).extend((leaf, where, line + mark) for leaf, where, line in failed)
                if not count:
                    empty.append(f"{kind} {text(path)}")
    return lines, dead, leaves, tried, empty


def standard_leaves(folder):
    """Names of the leaves of the standard channel's CRDs."""
    names = set()
    for path in sorted(folder.glob("*.yaml")):
        crd = yaml.load(path.read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        for version in crd["spec"]["versions"]:
            spec = version["schema"]["openAPIV3Schema"]["properties"].get("spec", {})
            names.update(crd["spec"]["names"]["kind"] + text(leaf) for leaf, _ in walk(spec))
    return names


def main():
    flags = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    flags.add_argument("--binary", required=True, help="the pawprint program")
    flags.add_argument("--profile", default="kuma-2.14")
    flags.add_argument("--kind", action="append", help="only this kind; may be repeated")
    flags.add_argument("--crds", default=HERE.parents[1] / "deploy" / "crds" / "gateway-api-v1.6.1", type=pathlib.Path)
    options = flags.parse_args()
    schemas = json.loads((HERE / "data" / "experimental-schemas.json").read_text(encoding="utf-8"))
    inert = json.loads((HERE / "inert.json").read_text(encoding="utf-8"))
    if not os.access(options.binary, os.X_OK) or set(options.kind or []) - set(schemas):
        print(f"every_leaf.py: no such program or kind; kinds are {', '.join(schemas)}", file=sys.stderr)
        return 2
    schemas = {kind: schemas[kind] for kind in options.kind or schemas}
    with tempfile.TemporaryDirectory(prefix="pawprint-leaves-") as name:
        prober = Prober(Program(options.binary, options.profile), pathlib.Path(name), environment())
        lines, dead, leaves, tried, empty = probe_all(prober, schemas, standard_leaves(options.crds))
    failed = len(empty)
    for kind in dead:
        print(f"{kind}: no field has any effect ({len(lines[kind])} values)")
        failed += len(lines.pop(kind)) or 1
    excused = set()
    for leaf, where, line in [line for each in lines.values() for line in each]:
        found = {leaf, leaf + where} & set(inert)
        excused |= found
        if not found:
            failed += 1
            print(line)
    for leaf in sorted(set(inert) - excused):
        if leaf.split()[0] in schemas:
            failed += 1
            print(f"{leaf}: it has an effect; take it out of inert.json")
    for each in empty:
        print(f"{each}: no value is known that fits its schema")
    print(f"{leaves} leaves, {tried} values tried, {failed} change nothing")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
