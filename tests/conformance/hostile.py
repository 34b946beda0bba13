#!/usr/bin/env python3
"""Objects at the limits of their CRDs: the right result, or one clear condition; never a crash, never a part left out unsaid.

Each case has marks, texts of parts that all must be in the generated resources when the subject is accepted without PartiallyInvalid.
The time of each case is printed: the fastest of several runs, less that of a run on a single Namespace.

Exit 0: all cases hold. 1: some do not. 2: bad flags.
"""

import argparse
import json
import os
import pathlib
import re
import sys
import tempfile
import time

import certificates
from every_leaf import BACKEND, CERTIFICATE, GROUP, gateway_object, service
from program import Failure, Program, parse, write_list

RUNS = 5
LIMIT_MS = 50
LONG = "a" * 240 + "-x" * 6 + "z"
NAME = re.compile(r"[a-z0-9]([-a-z0-9.]*[a-z0-9])?")
LABEL = re.compile(r"(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?")


def gateway(name="gateway", listeners=None, **spec):
    plain = [{"name": "web", "port": 80, "protocol": "HTTP"}]
    return gateway_object("Gateway", name, {"gatewayClassName": "kuma", "listeners": listeners or plain, **spec})


def route(name, spec=None, kind="HTTPRoute", **more):
    start = {"parentRefs": [{"name": "gateway"}], "rules": [{"backendRefs": BACKEND}]}
    return gateway_object(kind, name, {**start, **(spec or {}), **more})


def matches(rules, each, **more):
    """(rules, marks)."""
    made, marks = [], []
    for rule in range(rules):
        paths = [f"/rule-{rule}/match-{number}" for number in range(each)]
        marks += paths
        made.append({"backendRefs": BACKEND, "matches": [{"path": {"type": "Exact", "value": path}, **more} for path in paths]})
    return made, marks


def many_matches(rules, each, **more):
    made, marks = matches(rules, each, **more)
    return [gateway(), route("subject", rules=made)], marks


def many_headers():
    names = [f"x-{number}" for number in range(16)]
    return many_matches(2, 64, headers=[{"name": name, "value": "1"} for name in names],
                        queryParams=[{"name": name, "value": "1"} for name in names])


def many_backends():
    names = [f"backend-{number}" for number in range(16)]
    rules = [{"matches": [{"path": {"value": f"/{rule}"}}],
              "backendRefs": [{"name": name, "port": 8080, "weight": 1000 + number} for number, name in enumerate(names)]}
             for rule in range(16)]
    return [gateway(), *(service(name) for name in names), route("subject", rules=rules)], names


def tls_hostnames():
    names = [f"h{number}.example.com" for number in range(1024)]
    listener = {"name": "tls", "port": 8443, "protocol": "TLS", "tls": {"mode": "Passthrough"}}
    return [gateway(listeners=[listener]), route("subject", kind="TLSRoute", hostnames=names)], names


def many_listeners(protocol):
    more = {"tls": CERTIFICATE} if protocol == "HTTPS" else {}
    names = [f"h{number}.example.com" for number in range(64)]
    listeners = [{"name": f"l{number}", "port": 443, "protocol": protocol, "hostname": name, **more}
                 for number, name in enumerate(names)]
    return [gateway("subject", listeners), route("all", parentRefs=[{"name": "subject"}])], names


def many_sets():
    objects = [gateway(allowedListeners={"namespaces": {"from": "Same"}})]
    names = []
    for each in range(16):
        hosts = [f"h{number}.set-{each}.example.com" for number in range(64)]
        names += hosts
        objects.append(gateway_object("ListenerSet", "subject" if each == 0 else f"set-{each}", {
            "parentRef": {"name": "gateway"}, "listeners": [
                {"name": f"l{number}", "port": 80, "protocol": "HTTP", "hostname": host} for number, host in enumerate(hosts)]}))
    return objects, names


def many_parents():
    names = [f"gateway-{number}" for number in range(32)]
    return [*(gateway(name) for name in names), route("subject", parentRefs=[{"name": name} for name in names])], names


def many_sections():
    hosts = [f"h{number}.example.com" for number in range(32)]
    listeners = [{"name": f"l{number}", "port": 80, "protocol": "HTTP", "hostname": host} for number, host in enumerate(hosts)]
    references = [{"name": "gateway", "sectionName": f"l{number}"} for number in range(32)]
    return [gateway(listeners=listeners), route("subject", parentRefs=references)], hosts


def long_names():
    twins = [f"{LONG[:-1]}{end}" for end in "yz"]
    parents = [{"name": LONG}]
    rules, marks = matches(2, 1)
    routes = [route(name, parentRefs=parents, rules=[rule]) for name, rule in zip(twins, rules)]
    return [gateway(LONG), *routes, route("subject", parentRefs=parents)], marks


def full_of_others(kind):
    """32 parents of another controller, or 16 ancestors."""
    others = [{"controllerName": "example.com/other", "parentRef": {"group": GROUP, "kind": "Gateway", "name": f"other-{number}"},
               "conditions": []} for number in range(32)]
    if kind == "HTTPRoute":
        subject = route("subject")
        subject["status"] = {"parents": others}
        return [gateway(), subject], []
    subject = gateway_object("BackendTLSPolicy", "subject", {
        "targetRefs": [{"group": "", "kind": "Service", "name": "backend"}],
        "validation": {"hostname": "backend.example.com", "wellKnownCACertificates": "System"}})
    subject["status"] = {"ancestors": [{"ancestorRef": each["parentRef"], **{
        key: each[key] for key in ("controllerName", "conditions")}} for each in others[:16]]}
    return [gateway(), route("plain"), subject], []


CASES = {
    "16 rules of 8 matches (the CRD's 128)": lambda: many_matches(16, 8),
    "16 rules of 64 matches (more than the CRD takes)": lambda: many_matches(16, 64),
    "128 matches of 16 headers and 16 query parameters": many_headers,
    "16 rules of 16 backends": many_backends,
    "TLSRoute with 1,024 hostnames": tls_hostnames,
    "Gateway with 64 HTTP listeners": lambda: many_listeners("HTTP"),
    "Gateway with 64 HTTPS listeners": lambda: many_listeners("HTTPS"),
    "16 ListenerSets of 64 listeners": many_sets,
    "32 Gateways as parents": many_parents,
    "32 sections of a Gateway as parents": many_sections,
    "names of 253 characters": long_names,
    "status.parents full of 32 others": lambda: full_of_others("HTTPRoute"),
    "status.ancestors full of 16 others": lambda: full_of_others("BackendTLSPolicy"),
}


def conditions_of(node):
    if isinstance(node, list):
        return [each for inner in node for each in conditions_of(inner)]
    if not isinstance(node, dict):
        return []
    if "type" in node and "status" in node and "reason" in node:
        return [node]
    return [each for inner in node.values() for each in conditions_of(inner)]


def judge(objects, marks, translation):
    """Lines that say what is wrong."""
    subject = next(obj for obj in objects if obj["metadata"]["name"] == "subject")
    key = (subject["kind"], "subject")
    status = next((each["status"] for each in translation["statuses"]
                   if (each["kind"], each["metadata"]["name"]) == key), {})
    own = conditions_of([each for each in status.get("parents") or status.get("ancestors") or [status]
                         if each.get("controllerName") != "example.com/other"])
    spoken = [each for each in translation["diagnostics"] if each["object"].endswith("/subject")
              and each["severity"] in ("warning", "error")]
    yield from bad_names(translation["resources"])
    if "status" in subject:
        if len(status.get("parents") or status.get("ancestors") or []) > (32 if subject["kind"] == "HTTPRoute" else 16):
            yield "the list of the status got longer than its limit"
        if not own and not spoken:
            yield "expected a diagnostic that the list is full, got none"
        return
    accepted = [each for each in own if each["type"] == "Accepted"]
    if not accepted:
        yield f"expected Accepted in the status, got {json.dumps(status)[:200]}"
    refused = [each for each in own if each["type"] == "PartiallyInvalid"
               or each["status"] == "False" and each["type"] not in ("Conflicted", "OverlappingTLSConfig")]
    if any(not each.get("message") for each in refused):
        yield f"expected a message in each refusal, got none in {refused[0]['type']}"
    if subject["kind"] == "HTTPRoute" and len(status.get("parents") or []) != len(subject["spec"]["parentRefs"]):
        yield f"expected {len(subject['spec']['parentRefs'])} parents, got {len(status.get('parents') or [])}"
    if not refused and accepted:
        text = json.dumps(translation["resources"])
        lacking = [mark for mark in marks if f'"{mark}"' not in text and f'"{mark}_' not in text and f'"{mark}.' not in text]
        if lacking:
            yield f"accepted, but {len(lacking)} of {len(marks)} parts are in no resource: {', '.join(lacking[:3])}"


def bad_names(resources):
    for each in resources:
        name = each["metadata"]["name"]
        if len(name) > 253 or not NAME.fullmatch(name):
            yield f"{each['kind']} {name}: not a name of Kubernetes ({len(name)} characters)"
        for key, value in (each["metadata"].get("labels") or {}).items():
            if len(value) > 63 or not LABEL.fullmatch(value):
                yield f"{each['kind']} {name[:40]}: label {key} is not valid ({len(value)} characters)"


def fastest(program, path):
    times = []
    for _ in range(RUNS):
        start = time.perf_counter()
        output = program.translate(path)
        times.append(time.perf_counter() - start)
    return min(times) * 1000, output


def environment():
    secret, _ = certificates.make_pair("shop", "certificate", "authority")
    return [{"apiVersion": f"{GROUP}/v1", "kind": "GatewayClass", "metadata": {"name": "kuma"},
             "spec": {"controllerName": "gateways.kuma.io/controller"}}, secret, service("backend")]


def main():
    flags = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    flags.add_argument("--binary", required=True, help="the pawprint program")
    flags.add_argument("--profile", default="kuma-2.14")
    options = flags.parse_args()
    if not os.access(options.binary, os.X_OK):
        print(f"hostile.py: {options.binary} is not a program", file=sys.stderr)
        return 2
    program, failed, slow, around = Program(options.binary, options.profile), 0, 0, environment()
    with tempfile.TemporaryDirectory(prefix="pawprint-hostile-") as name:
        folder = pathlib.Path(name)
        namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop"}}
        idle, _ = fastest(program, write_list(folder / "idle.json", [namespace]))
        for label, make in CASES.items():
            objects, marks = make()
            try:
                taken, output = fastest(program, write_list(folder / "case.json", around + objects))
                lines = list(judge(objects, marks, parse(output, "Translation")))
            except Failure as error:
                taken, lines = idle, [str(error)]
            failed += bool(lines)
            slow += taken - idle > LIMIT_MS
            print(f"{'FAIL' if lines else 'ok  '} {label}: {taken - idle:.1f} ms")
            for line in lines[:5]:
                print(f"     {line}")
    print(f"{len(CASES)} cases, {failed} fail, {slow} took more than {LIMIT_MS} ms (reading the documents included)")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
