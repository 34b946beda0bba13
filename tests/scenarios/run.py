#!/usr/bin/env python3
"""Golden scenarios: what `pawprint translate` makes of manifests, and what `pawprint route` says of requests.

Each folder beside this file is one scenario, named after the defect of Kuma that it settles (d-28-...) or its topic:

    input.yaml      manifests; those of kuma-3-... are for the profile kuma-3
    expected.json   resources, statuses and diagnostics of translate
    requests.json   optional: a list of argument lists of route ("GET http://..", "--gateway", "ns/name")
    answers.json    what route answers to each of them
    events.yaml     optional: watch events {type, object} that follow the manifests; each is imported by a process of its own
    after.json      what each event changed; besides, the last state must equal translate of the objects that remain

    run.py --binary bin/pawprint [NAME...]            compare
    run.py --binary bin/pawprint --update [NAME...]   write what the program says now; read the diff before committing it
"""
import argparse
import difflib
import json
import pathlib
import sys
import tempfile

import yaml

HERE = pathlib.Path(__file__).resolve().parent
sys.path.append(str(HERE.parent / "conformance"))
from program import Failure, Program  # noqa: E402  (after the path is set)

KEPT = ("outcome", "status", "response", "route", "ruleIndex", "matchIndex", "backends", "request", "mirrors", "redirect", "timeouts",
        "retries", "frozen")
CLAIMS = ("d-37-supported-features", "kuma-3-gateways")  # The only scenarios that list them.
INPUTS = "gatewayclasses,gateways,listenersets,httproutes,grpcroutes,tlsroutes,tcproutes,udproutes,backendtlspolicies"
GENERATED = "meshgateways,meshgatewayinstances,meshhttproutes,meshtcproutes,meshtimeouts,meshretries,meshexternalservices,secrets"


def run(binary, *arguments):
    return json.loads(Program(binary).run(*arguments, "-o", "json", "-q", accept=(0, 1)))


def translated(binary, folder):
    profile = "kuma-3" if folder.name.startswith("kuma-3-") else "kuma-2.14"
    answer = run(binary, "translate", "-f", str(folder / "input.yaml"), "--profile", profile)
    if folder.name not in CLAIMS:
        for status in answer["statuses"]:
            status["status"].pop("supportedFeatures", None)
    return {part: answer[part] for part in ("resources", "statuses", "diagnostics")}


def answered(binary, folder):
    out = []
    for arguments in json.loads((folder / "requests.json").read_text()):
        answer = run(binary, "route", *arguments, "-f", str(folder / "input.yaml"))
        out.append({"asked": arguments, **{part: answer[part] for part in KEPT if part in answer}})
    return out


def key_of(obj):
    return obj["apiVersion"].rpartition("/")[0], obj["kind"], obj["metadata"].get("namespace", ""), obj["metadata"]["name"]


def remaining(folder, events):
    """The objects after the events, as manifests."""
    objects = {key_of(each): each for each in yaml.safe_load_all((folder / "input.yaml").read_text()) if each}
    for event in events:
        if event["type"] == "DELETED":
            objects.pop(key_of(event["object"]))
        else:
            objects[key_of(event["object"])] = event["object"]
    return list(objects.values())


def comparable(objects, part):
    """By key. Each store hashes the payload of Secrets with a key of its own, and times differ."""
    def bare(node):
        if isinstance(node, list):
            return [bare(each) for each in node]
        if isinstance(node, dict):
            return {name: bare(value) for name, value in node.items() if name != "lastTransitionTime"}
        return node
    return {"/".join(key_of(each)): bare(each[part]) for each in objects if each.get(part) and each["kind"] != "Secret"}


def imported(binary, store, path):
    Program(binary).run("import", str(path), "--store", store, "-q")


def seq_of(binary, store):
    return run(binary, "status", "--store", store)["head"]["seq"]


def changes_of(binary, store, before):
    """What the records after `before` changed, without times and without the hash of a payload."""
    out = []
    for change in run(binary, "diff", f"@{before}..HEAD", "--store", store)["changes"]:
        fields = [{name: "a payload" if str(value).startswith("hmac:") else value for name, value in field.items()}
                  for field in change.get("fields", []) if not field["path"].endswith("lastTransitionTime")]
        if change["op"] != "change":
            out.append({"object": change["object"], "of": change["of"], "op": change["op"]})
        elif fields:
            out.append({"object": change["object"], "of": change["of"], "op": "change", "fields": fields})
    return out


def followed(binary, folder):
    """What each event changes. Returns (answers, lines about a last state that is not that of the remaining objects)."""
    events = [each for each in yaml.safe_load_all((folder / "events.yaml").read_text()) if each]
    with tempfile.TemporaryDirectory(prefix="pawprint-scenario-") as name:
        store, path = f"{name}/store", pathlib.Path(name) / "step.yaml"
        imported(binary, store, folder / "input.yaml")
        out = []
        for event in events:
            before = seq_of(binary, store)
            path.write_text(yaml.safe_dump(event))
            imported(binary, store, path)
            key = "/".join(part for part in key_of(event["object"])[1:] if part)
            out.append({"event": f"{event['type']} {key}", "changes": changes_of(binary, store, before)})
        path.write_text(yaml.safe_dump_all(remaining(folder, events)))
        fresh = run(binary, "translate", "-f", str(path))
        lines = []
        for kinds, known, part in ((GENERATED, "resources", "spec"), (INPUTS, "statuses", "status")):
            have = comparable([each for each in run(binary, "get", kinds, "-A", "--store", store)["items"]
                               if part == "status" or "pawprint.dev/owner" in each["metadata"].get("labels", {})], part)
            want = comparable(fresh[known], part)
            lines += [f"{folder.name}: {key} differs from translate of what remains"
                      for key in sorted(have.keys() | want.keys()) if have.get(key) != want.get(key)]
        return out, lines


def text_of(value):
    return json.dumps(value, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def judge(path, fresh, update):
    """Compares one golden file, or writes it. Returns the difference, as lines."""
    if update:
        path.write_text(fresh)
        return []
    known = path.read_text() if path.exists() else ""
    return list(difflib.unified_diff(known.splitlines(), fresh.splitlines(), str(path.relative_to(HERE)), "now", lineterm=""))


def judged(binary, folder, update):
    lines = judge(folder / "expected.json", text_of(translated(binary, folder)), update)
    if (folder / "requests.json").exists():
        lines += judge(folder / "answers.json", text_of(answered(binary, folder)), update)
    if (folder / "events.yaml").exists():
        answers, differences = followed(binary, folder)
        lines += judge(folder / "after.json", text_of(answers), update) + differences
    return lines


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", required=True)
    parser.add_argument("--update", action="store_true")
    parser.add_argument("names", nargs="*")
    options = parser.parse_args()
    folders = sorted(path.parent for path in HERE.glob("*/input.yaml"))
    unknown = set(options.names) - {folder.name for folder in folders}
    if unknown or not folders:
        raise SystemExit(f"no such scenario: {', '.join(sorted(unknown)) or 'none at all'}")
    failed = 0
    for folder in folders:
        if options.names and folder.name not in options.names:
            continue
        try:
            lines = judged(options.binary, folder, options.update)
        except (Failure, ValueError, KeyError) as error:
            lines = [f"{type(error).__name__}: {error}"]
        if lines:
            failed += 1
            print(f"FAIL {folder.name}", *lines[:80], sep="\n")
    print(f"{len(options.names) or len(folders)} scenarios, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
