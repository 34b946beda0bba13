"""A small tree in a temporary folder, for showing that a check finds what is wrong in it."""
import os
import subprocess
import sys
import tempfile
import unittest

ROOT = os.path.normpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), '../..'))
sys.path.insert(0, os.path.join(ROOT, 'tools/dev/checks'))


class TreeTest(unittest.TestCase):
    """self.write(path, text) makes a file; self.run_check(name) gives (exit code, output) of that check on the tree."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.tree = folder.name

    def write(self, path, text):
        full = os.path.join(self.tree, path)
        os.makedirs(os.path.dirname(full), exist_ok=True)
        with open(full, 'w', encoding='utf-8') as out:
            out.write(text)

    def run_check(self, name, *arguments):
        script = os.path.join(ROOT, 'tools/dev/checks', name + '.py')
        run = subprocess.run([sys.executable, '-B', script, '--root', self.tree, *arguments],
                             stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
        return run.returncode, run.stdout

    def assert_finds(self, name, expected, *arguments):
        code, output = self.run_check(name, *arguments)
        self.assertEqual(code, 1, output)
        self.assertIn(expected, output)

    def assert_clean(self, name, *arguments):
        code, output = self.run_check(name, *arguments)
        self.assertEqual((code, output), (0, ''))
