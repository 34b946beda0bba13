#!/usr/bin/env python3
"""Golden scenarios: what `pawprint translate` makes of manifests, and what `pawprint route` says of requests.

Each folder beside this file is one scenario, named after the defect of Kuma that it settles (d-28-...) or its topic:

    input.yaml      manifests
    expected.json   resources, statuses and diagnostics of translate
    requests.json   optional: a list of argument lists of route ("GET http://..", "--gateway", "ns/name")
    answers.json    what route answers to each of them

    run.py --binary bin/pawprint [NAME...]            compare
    run.py --binary bin/pawprint --update [NAME...]   write what the program says now; read the diff before committing it
"""
import argparse
import difflib
import json
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
KEPT = ("outcome", "status", "response", "route", "ruleIndex", "matchIndex", "backends", "request", "mirrors", "redirect", "timeouts",
        "retries", "frozen")


def run(binary, *arguments):
    done = subprocess.run([binary, *arguments, "-o", "json", "-q"], capture_output=True, text=True, timeout=60, check=False)
    try:
        return json.loads(done.stdout)
    except json.JSONDecodeError:
        raise SystemExit(f"{' '.join(arguments)}: exit {done.returncode}, no JSON: {done.stderr.strip()[:300]}") from None


def translated(binary, folder):
    answer = run(binary, "translate", "-f", str(folder / "input.yaml"))
    return {part: answer[part] for part in ("resources", "statuses", "diagnostics")}


def answered(binary, folder):
    out = []
    for arguments in json.loads((folder / "requests.json").read_text()):
        answer = run(binary, "route", *arguments, "-f", str(folder / "input.yaml"))
        out.append({"asked": arguments, **{part: answer[part] for part in KEPT if part in answer}})
    return out


def text_of(value):
    return json.dumps(value, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def judge(path, fresh, update):
    """Compares one golden file, or writes it. Returns the difference, as lines."""
    if update:
        path.write_text(fresh)
        return []
    known = path.read_text() if path.exists() else ""
    return list(difflib.unified_diff(known.splitlines(), fresh.splitlines(), str(path.relative_to(HERE)), "now", lineterm=""))


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
        lines = judge(folder / "expected.json", text_of(translated(options.binary, folder)), options.update)
        if (folder / "requests.json").exists():
            lines += judge(folder / "answers.json", text_of(answered(options.binary, folder)), options.update)
        if lines:
            failed += 1
            print(f"FAIL {folder.name}", *lines[:80], sep="\n")
    print(f"{len(options.names) or len(folders)} scenarios, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
