"""The daemon's own credentials: nothing that it says of a kubeconfig or a refusal shows one.
Usage: credentials_test.py BINARIES SCANNER [unittest arguments]"""

import http.server
import json
import threading

import yaml

from canaries import b64, canaries, key_pair, write_needles
from evidence import EvidenceTest, main

from cluster import free_port


def config(cluster, user):
    return {"apiVersion": "v1", "kind": "Config", "current-context": "c",
            "contexts": [{"name": "c", "context": {"cluster": "k", "user": "u"}}],
            "clusters": [{"name": "k", "cluster": cluster}], "users": [{"name": "u", "user": user}]}


class EchoingServer:
    """Refuses everything, in the words of the request, its credentials included."""

    def __init__(self, code):
        server = self
        self.seen = []

        class Handler(http.server.BaseHTTPRequestHandler):
            def log_message(self, *_):
                pass

            def do_GET(self):
                server.seen.append(self.headers["Authorization"])
                says = f"cannot take {self.headers['Authorization']} for {self.path}, nor {server.seen[0].split()[-1]}"
                data = json.dumps({"kind": "Status", "apiVersion": "v1", "reason": "Unauthorized", "message": says,
                                   "code": code}).encode()
                self.send_response(code)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            do_POST = do_GET

        self.http = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.http.server_address[1]}"
        threading.Thread(target=self.http.serve_forever, daemon=True).start()

    def stop(self):
        self.http.shutdown()
        self.http.server_close()


class Credentials(EvidenceTest):
    def setUp(self):
        super().setUp()
        self.value = iter(canaries(200, seed=11))
        self.used = {}
        self.store = self.folder / "store"

    def fresh(self):
        self.used[f"c-{len(self.used)}"] = value = next(self.value)
        return value

    def start(self, text, **environment):
        """Tries to run and to check with a kubeconfig that cannot work; what was said."""
        path = self.write(f"kubeconfig-{len(self.used)}", text if isinstance(text, (str, bytes)) else yaml.safe_dump(text))
        out = ""
        for words in (["run", "--http", "none", "--store", self.store], ["check"]):
            out += self.run_program("pawprintd", *words, "--kubeconfig", path, environment=environment, codes=(1, 2, 3))
        return out + "".join(each.read_text(errors="replace") for each in self.said.iterdir())

    def finish(self, count):
        self.assertGreaterEqual(len(self.used), count)
        needles = self.folder / "needles"
        write_needles(needles, self.used)
        self.assert_clean(needles, self.said)
        self.assertFalse(self.store.exists())

    def test_kubeconfigs_that_cannot_be_used(self):
        dead = f"https://127.0.0.1:{free_port()}"
        f = self.fresh
        for user in ({"token": f()}, {"username": "u", "password": f()}, {"tokenFile": "/nowhere/token"},
                     {"token": f() + "\nsecond: line"}, {"token": [f()]}, {"password": {"a": f()}, "username": "u"},
                     {"client-key-data": b64(f()), "client-certificate-data": b64("x")},
                     {"client-key-data": f() + "!", "client-certificate-data": b64("x")},
                     {"client-key": f"-----BEGIN PRIVATE KEY-----\n{f()}\n-----END", "client-certificate": "/x"},
                     {"client-key": f"-----BEGIN PRIVATE KEY----- {f()}", "client-certificate": "/x"},
                     {"exec": {"command": "aws", "env": [{"name": "TOKEN", "value": f()}], "args": [f()]}},
                     {"auth-provider": {"name": "oidc", "config": {"refresh-token": f()}}}):
            self.start(config({"server": dead}, user))
        for server in ("ftp://u:{}@host", "https://u:{}@host:1", "https://u:p/{}@host", "https://{}@host",
                       "https://host:1/x?token={}", "https://host:{}", "u:{}@host"):
            self.start(config({"server": server.format(f())}, {"token": f()}))
        self.start(config({"server": dead, "proxy-url": f"http://u:{f()}@proxy:3128"}, {"token": f()}))
        self.start(config({"server": dead, "certificate-authority-data": b64(f())}, {"token": f()}))
        self.start(f"users:\n- name: u\n  user: {{token: {f()}, : [\n")
        self.start(f"- {f()!r}\n")
        self.start(b"\xff\xfe" + f().encode())
        self.start("users: {u: " + json.dumps(f()) + "}\ncurrent-context: c\n")
        self.start(config({"server": dead}, {"token": f(), "as": f"x\r\n{f()}"}))
        self.finish(36)

    def test_a_real_client_key_and_a_token_in_a_file(self):
        key, certificate, private = key_pair("client")
        self.used.update({f"key-{i}": line for i, line in enumerate(private)})
        other = key_pair("other")[1]
        dead = f"https://127.0.0.1:{free_port()}"
        for pem in (certificate, other):
            self.start(config({"server": dead}, {"client-key-data": b64(key), "client-certificate-data": b64(pem)}))
            user = {"client-key": str(self.write("key.pem", key)), "client-certificate": str(self.write("crt.pem", pem))}
            self.start(config({"server": dead}, user))
        self.start(config({"server": dead}, {"tokenFile": str(self.write("token", self.fresh() + "\n"))}))
        self.start(config({"server": dead}, {"tokenFile": str(self.write("lines", f"{self.fresh()}\n{self.fresh()}\n"))}))
        self.finish(10)

    def test_a_server_that_quotes_what_it_refuses(self):
        for code in (401, 403, 422, 500):
            for user in ({"token": self.fresh()}, {"username": "u", "password": self.fresh()},
                         {"tokenFile": str(self.write(f"token-{code}", self.fresh()))}):
                server = EchoingServer(code)
                try:
                    self.assertIn(str(code), self.start(config({"server": server.url}, user)))
                finally:
                    server.stop()
                self.assertTrue(server.seen and all(server.seen), "the server saw no credentials")
        self.finish(12)

    def test_the_control(self):
        """The daemon does say what it was told, and the scanner would find it."""
        self.start({**config({"server": "https://h"}, {}), "current-context": self.fresh()})
        needles = self.folder / "needles"
        write_needles(needles, self.used)
        self.assertEqual(self.scan(needles, self.said)[0], 1)


if __name__ == "__main__":
    main()
