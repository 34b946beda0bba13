"""Runs the pawprint program and reads its answers."""

import json
import subprocess

TIMEOUT = 60


class Failure(Exception):
    """The program did not answer as its interface says."""


class Program:
    """`pawprint` with the settings that every call of a run shares. Safe to use from several threads."""

    def __init__(self, path, profile="kuma-2.14"):
        self.path = str(path)
        self.profile = profile

    def run(self, *arguments, accept=(0,), text=None):
        """Standard output of a call that must end with one of the exit codes."""
        command = [self.path, *arguments]
        try:
            done = subprocess.run(command, input=text, capture_output=True, timeout=TIMEOUT, check=False)
        except subprocess.TimeoutExpired as error:
            raise Failure(f"no end within {TIMEOUT} s: {' '.join(command)}") from error
        if done.returncode not in accept:
            message = done.stderr.decode("utf-8", "replace").strip() or "no message"
            raise Failure(f"exit code {done.returncode} of {' '.join(arguments[:4])}: {message[:600]}")
        return done.stdout

    def translate(self, *paths, flags=()):
        """The bytes of a Translation."""
        files = [word for path in paths for word in ("-f", str(path))]
        return self.run("translate", "--profile", self.profile, "-o", "json", *flags, *files)

    def route(self, words, *paths):
        files = [word for path in paths for word in ("-f", str(path))]
        return parse(self.run("route", *words, "--profile", self.profile, "-o", "json", *files), "Route")


def parse(output, kind):
    """The JSON of an answer of that kind."""
    try:
        answer = json.loads(output)
    except ValueError as error:
        raise Failure(f"no JSON on standard output: {error}") from error
    if not isinstance(answer, dict) or answer.get("kind") != kind:
        raise Failure(f"the answer is not of kind {kind}")
    return answer


def write_list(path, objects):
    path.write_text(json.dumps({"apiVersion": "v1", "kind": "List", "items": objects}), encoding="utf-8")
    return path
