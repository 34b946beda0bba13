"""Runs the pawprint program and makes the inputs of these tests."""

import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent
ORACLE = HERE.parent / "oracle"
sys.path.insert(0, str(ORACLE))
from history import History  # noqa: E402  (after the path is set)

BINARY = os.environ.get("PAWPRINT_BINARY", "")
NOW = "2026-03-01T10:00:00Z"
COMPAT = ["--profile", "kuma-2.14-compat", "--zone", "zone-1"]


def run(*arguments, stdin=None, environment=None):
    """The finished process; output as text."""
    variables = {key: value for key, value in os.environ.items() if not key.startswith("PAWPRINT_")}
    return subprocess.run([BINARY, *map(str, arguments)], input=stdin, capture_output=True, text=True, timeout=120,
                          check=False, env={**variables, **(environment or {})})


def case(name):
    return json.loads((ORACLE / "cases" / f"{name}.json").read_text(encoding="utf-8"))


def single_step_cases():
    for path in sorted((ORACLE / "cases").glob("*.json")):
        recorded = json.loads(path.read_text(encoding="utf-8"))
        if "steps" not in recorded and not recorded.get("stuck"):
            yield recorded


def inputs_of(recorded):
    """Objects of a single-step case that the API server took."""
    refused = [each["object"] for each in recorded.get("applyErrors", [])]
    return [obj for obj in recorded["input"] if obj not in refused]


def steps_of(recorded):
    """Watch events of each step of a recording."""
    history = History()
    return [history.step(step) for step in recorded["steps"]]


class CliTest(unittest.TestCase):
    def setUp(self):
        holder = tempfile.TemporaryDirectory(prefix="pawprint-cli-")
        self.addCleanup(holder.cleanup)
        self.folder = pathlib.Path(holder.name)
        self.store = self.folder / "store"

    def write(self, name, text):
        path = self.folder / name
        path.write_text(text if isinstance(text, str) else json.dumps(text), encoding="utf-8")
        return path

    def write_events(self, name, events):
        return self.write(name, "".join(json.dumps(event) + "\n" for event in events))

    def ok(self, *arguments, stdin=None, environment=None):
        done = run(*arguments, stdin=stdin, environment=environment)
        self.assertEqual(done.returncode, 0, f"{arguments}: {done.stderr}")
        return done.stdout

    def answer(self, *arguments):
        return json.loads(self.ok(*arguments, "-o", "json"))

    def fails(self, code, text, *arguments, stdin=None):
        """One line on stderr that holds `text`, nothing on stdout."""
        done = run(*arguments, stdin=stdin)
        self.assertEqual(done.returncode, code, f"{arguments}: {done.stdout}{done.stderr}")
        self.assertEqual(done.stdout, "", arguments)
        self.assertEqual(done.stderr.count("\n"), 1, f"{arguments}: {done.stderr}")
        self.assertIn(text, done.stderr)
        return done.stderr

    def import_case(self, name):
        """The steps of a recording, ten minutes apart; seq of the head after each."""
        heads = []
        for number, events in enumerate(steps_of(case(name))):
            path = self.write_events(f"{name}-{number}.jsonl", events)
            done = self.answer("import", path, "--store", self.store, *COMPAT,
                               "--now", f"2026-03-01T10:{number}0:00Z")
            heads.append(done["at"]["seq"])
        return heads
