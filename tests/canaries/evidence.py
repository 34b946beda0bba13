"""Runs the programs and keeps everything that they say, and searches it with canary_scan."""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "e2e"))
BINARIES, SCANNER = (pathlib.Path(each).resolve() for each in sys.argv[1:3])


class EvidenceTest(unittest.TestCase):
    """`folder` holds inputs, which may show values; what `said` holds, and stores, may not."""

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="pawprint-canaries-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.said = self.folder / "said"
        self.said.mkdir()

    def write(self, name, data):
        path = self.folder / name
        path.write_bytes(data if isinstance(data, bytes) else data.encode())
        return path

    def keep(self, name, data):
        """More of what was said; `name` only has to tell where it was."""
        count = len(list(self.said.iterdir()))
        name = re.sub(r"[^A-Za-z0-9.-]+", "_", name)[:80]
        (self.said / f"{count:04}-{name}").write_bytes(data if isinstance(data, bytes) else data.encode())

    def run_program(self, program, *arguments, stdin=None, environment=None, codes=(0,)):
        """Standard output; it and the errors are kept."""
        variables = {k: v for k, v in os.environ.items() if not k.startswith(("PAWPRINT_", "KUBE"))}
        done = subprocess.run([BINARIES / program, *map(str, arguments)], input=stdin, capture_output=True,
                              timeout=300, check=False, env={**variables, **(environment or {})})
        self.keep(" ".join([program, *(str(a).rsplit("/", 1)[-1] for a in arguments)]), done.stdout + b"\n--\n" + done.stderr)
        self.assertIn(done.returncode, codes, f"{program} {arguments}: {done.stderr[-2000:]}")
        return done.stdout.decode("utf-8", "replace")

    def scan(self, needles, *places):
        """(exit code, lines) of the scanner."""
        done = subprocess.run([SCANNER, needles, *places], capture_output=True, text=True, timeout=600, check=False)
        self.assertIn(done.returncode, (0, 1), done.stderr)
        return done.returncode, done.stdout.splitlines()

    def assert_clean(self, needles, *places):
        code, lines = self.scan(needles, *places)
        print(f"{self.id()}: {lines[-1]}", file=sys.stderr)
        self.assertEqual(code, 0, "\n".join(lines[:20] + lines[-1:]))
        return lines[-1]


def main():
    unittest.main(module="__main__", argv=[sys.argv[0], *sys.argv[3:]], verbosity=1)
