"""A restart with nothing changed writes nothing, at thousands of routes: after SIGTERM, after kill -9, and with a new, empty log.
Counted by a real kube-apiserver. Usage: restart_test.py BINARIES [unittest arguments]; PAWPRINT_E2E_RESTART_ROUTES sets how many."""

import os
import re
import sys
import time
import unittest

import e2e_test
from cluster import wait_for
from daemon import Daemon
from story import gateway, gateway_class, parent_condition, route, service

ROUTES = int(os.environ.get("PAWPRINT_E2E_RESTART_ROUTES", "3000"))
SAMPLE = re.compile(r'^apiserver_request_total\{(.*)\} (\S+)$', re.MULTILINE)
LABEL = re.compile(r'(\w+)="([^"]*)"')
WRITES = ("APPLY", "CREATE", "DELETE", "DELETECOLLECTION", "PATCH", "POST", "PUT", "UPDATE")


class Restart(e2e_test.Story):
    leaving_seconds = 120

    def writes(self):
        """Writes of Gateway API and Kuma objects and of Secrets that the API server has answered, whatever the answer."""
        total = 0
        for labels, value in SAMPLE.findall(self.cluster.request("GET", "metrics")):
            found = dict(LABEL.findall(labels))
            ours = found["group"] in ("gateway.networking.k8s.io", "kuma.io") or found["resource"] == "secrets"
            if ours and found["verb"] in WRITES:
                total += int(float(value))
        return total

    def assert_silent(self, what):
        before = self.writes()
        started = time.monotonic()
        self.daemon.start()
        ready = time.monotonic() - started
        self.settle()
        print(f"{what}: ready after {ready:.1f} s, {self.writes() - before} writes", file=sys.stderr)
        self.assertEqual(self.writes(), before, what)

    def settled(self):
        statuses = [parent_condition(each, "Accepted") for each in self.cluster.list("HTTPRoute", self.ns)]
        return len(statuses) == ROUTES and all(statuses) and len(self.generated()) >= ROUTES + 2

    def test_restarts_with_nothing_changed(self):
        before = self.writes()
        self.add(gateway_class(), service("web", self.ns), gateway("edge", self.ns))
        self.cluster.create_all(route(f"r{i}", self.ns, [{"name": "edge"}], [("web", 80, 1)]) for i in range(ROUTES))
        created = time.monotonic()
        wait_for(f"{ROUTES} routes with their objects and statuses", self.settled, 60)
        print(f"{ROUTES} routes settled {time.monotonic() - created:.1f} s after the last create", file=sys.stderr)
        self.settle()
        self.assertGreaterEqual(self.writes() - before, 3 * ROUTES, "the API server counts no writes")
        self.daemon.stop()
        self.assert_silent("restart after SIGTERM")
        self.daemon.kill()
        self.assert_silent("restart after kill -9")
        self.daemon.stop()
        first = self.daemon
        self.daemon = Daemon(e2e_test.BINARIES, self.cluster)
        first.remove()
        self.assert_silent("start with an empty log")

    def finish(self):
        """One deletion for all routes; the generated objects go by the daemon."""
        try:
            self.cluster.delete_all("HTTPRoute", self.ns)
        finally:
            super().finish()


if __name__ == "__main__":
    e2e_test.BINARIES = os.path.abspath(sys.argv.pop(1))
    unittest.main(verbosity=2)
