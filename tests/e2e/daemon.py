"""Runs the real pawprintd and pawprint programs."""

import json
import os
import shutil
import signal
import subprocess
import tempfile
import urllib.request

from cluster import free_port, wait_for


class Daemon:
    def __init__(self, binaries, cluster, store=None, extra=(), kubeconfig=None):
        self.binaries, self.cluster, self.extra = binaries, cluster, list(extra)
        self.kubeconfig = kubeconfig or cluster.kubeconfig
        self.folder = None if store else tempfile.mkdtemp(prefix="pawprint-e2e-")
        self.store = store or os.path.join(self.folder, "store")
        self.process, self.port = None, 0

    def start(self):
        self.port = free_port()
        with open(self.store + ".log", "ab") as log:
            self.process = subprocess.Popen(
                [os.path.join(self.binaries, "pawprintd"), "run", "--store", self.store, "--kubeconfig",
                 self.kubeconfig, "--zone", self.cluster.zone, "--http", f"127.0.0.1:{self.port}",
                 *self.extra], stdout=log, stderr=log)
        wait_for("/readyz of the daemon", self.ready, 30)
        return self

    def ready(self):
        if self.process.poll() is not None:
            raise AssertionError(f"pawprintd ended with {self.process.returncode}: {self.written()[-2000:]}")
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/readyz", timeout=2) as answer:
                return answer.status == 200
        except OSError:
            return False

    def written(self):
        """What the daemon printed so far."""
        with open(self.store + ".log", encoding="utf-8", errors="replace") as log:
            return log.read()

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(10)

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.terminate()
            code = self.process.wait(30)
            if code != 0:
                raise AssertionError(f"pawprintd ended with {code} on SIGTERM")

    def remove(self):
        """The store and the log, unless the store was given."""
        if self.folder:
            shutil.rmtree(self.folder, ignore_errors=True)

    def ctl(self, *arguments):
        """False when the daemon refuses the command."""
        run = subprocess.run([os.path.join(self.binaries, "pawprintd"), "ctl", *arguments, "--store", self.store],
                             capture_output=True, timeout=30)
        return run.returncode == 0

    def cli(self, *arguments, ok=(0,), env=None):
        run = subprocess.run([os.path.join(self.binaries, "pawprint"), *arguments, "--store", self.store],
                             capture_output=True, text=True, timeout=120, env={**os.environ, **(env or {})})
        if run.returncode not in ok:
            raise AssertionError(f"pawprint {' '.join(arguments)}: exit {run.returncode}\n{run.stderr}{run.stdout[:2000]}")
        return run.stdout

    def json(self, *arguments, **options):
        return json.loads(self.cli(*arguments, "-o", "json", **options))

    def records(self, kind):
        """Records of one kind, as the CLI prints them."""
        lines = self.cli("log", "--kind", kind, "-o", "jsonl").splitlines()
        return [json.loads(line) for line in lines if line.strip()]
