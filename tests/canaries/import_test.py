"""Secrets through `pawprint import`, `translate` and every command that reads a store.
Usage: import_test.py BINARIES SCANNER [unittest arguments]"""

import json
import os
import pathlib
import resource
import shutil
import signal
import subprocess

import yaml

from canaries import SHAPES, b64, canaries, forms, key_pair, secret, write_needles
from evidence import BINARIES, EvidenceTest, main

from cluster import wait_for

NS = "shop"
CORE = [
    {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NS, "labels": {"kuma.io/sidecar-injection": "enabled"}}},
    {"apiVersion": "kuma.io/v1alpha1", "kind": "Mesh", "metadata": {"name": "default"}},
    {"apiVersion": "gateway.networking.k8s.io/v1", "kind": "GatewayClass", "metadata": {"name": "kuma"},
     "spec": {"controllerName": "gateways.kuma.io/controller"}},
    {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "web", "namespace": NS},
     "spec": {"ports": [{"name": "http", "port": 80, "appProtocol": "http"}], "selector": {"app": "web"}}},
    {"apiVersion": "gateway.networking.k8s.io/v1", "kind": "HTTPRoute", "metadata": {"name": "web", "namespace": NS},
     "spec": {"parentRefs": [{"name": "edge"}], "hostnames": ["shop.example.com"],
              "rules": [{"backendRefs": [{"name": "web", "port": 80}]}]}},
]


def event(kind, obj):
    return {"type": kind, "object": obj}


def gateway(secrets):
    listeners = [{"name": f"l{i}", "port": 8443, "protocol": "HTTPS", "hostname": f"h{i}.example.com",
                  "tls": {"certificateRefs": [{"name": name}]}} for i, name in enumerate(secrets)]
    return {"apiVersion": "gateway.networking.k8s.io/v1", "kind": "Gateway", "metadata": {"name": "edge", "namespace": NS},
            "spec": {"gatewayClassName": "kuma", "listeners": listeners}}


def malformed(value):
    """Texts of Secrets that are none, and of lines that cannot be read."""
    plain = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "bad", "namespace": NS}}
    text = json.dumps({**plain, "data": {"k": b64(value)}, "stringData": {"k": value}})
    yield json.dumps({**plain, "data": {"k": value + "!"}})
    yield json.dumps({**plain, "data": value})
    yield json.dumps({**plain, "data": {value: "QQ=="}})
    yield json.dumps({**plain, "stringData": {"k": [value]}})
    yield json.dumps({**plain, "apiVersion": "v7", "data": {"k": b64(value)}})
    yield json.dumps({**plain, "apiVersion": "example.com/v1", "stringData": {"k": value}})
    yield json.dumps({**plain, "metadata": {"namespace": NS}, "data": {"k": b64(value)}})
    yield json.dumps({**plain, "metadata": {"name": 7}, "stringData": {"k": value}})
    yield json.dumps({"type": "ADDED", "object": {"kind": "Secret", "stringData": {"k": value}}})
    yield json.dumps({"type": "WRONG", "object": {**plain, "stringData": {"k": value}}})
    yield json.dumps({"type": "ERROR", "object": {"kind": "Status", "message":
                      f'Secret "x" is invalid: data: Invalid value: "{value}"'}})
    yield json.dumps({"type": "ERROR", "object": {"kind": "Status", "message": f"refused, password={value}"}})
    yield json.dumps({"kind": "List", "apiVersion": "v1", "items": [
        {**plain, "data": {"k": value + "!"}}, {"data": {"k": value}}]})
    yield text.replace('"data": {', '"data": {"k": "' + b64(value) + '", ')  # a member twice
    yield text[:-3]
    yield text.replace("Secret", "Secres")[:-1]
    yield json.dumps({"apiVersion": "v1", "data": {"k": b64(value)}, "kind": "Secret"})[:-8]
    yield '{"kind": "HTTPRoute", "metadata": {"name": "x"}}, "data": {"k": "' + b64(value)
    yield f"{value}\n{b64(value)}"
    yield f"[{json.dumps(value)}]"
    yield "[" * 600 + json.dumps(value) + "]" * 600
    yield json.dumps({**plain, "deep": [[[[value]]]] , "data": {"k": {"deep": value}}})
    yield text.replace("Secret", "Secr\\u0065t")
    yield "\x00\xff" + text


def malformed_yaml(value):
    yield f"apiVersion: v1\nkind: Secret\nmetadata: {{name: y, namespace: {NS}}}\nstringData:\n  k: '{value}\n"
    yield f"apiVersion: v1\nkind: Secret\nmetadata: {{name: y}}\nstringData: {{k: *{value[:3]}x}}\n# {value}\n"
    yield f"apiVersion: v1\nkind: Secret\nmetadata: {{name: y}}\ndata: {{k: !!binary {b64(value)}}}\n"
    yield f"apiVersion: v1\nkind: Secret\nmetadata: {{name: y}}\ndata:\n  k: {value!r}\n"
    yield f"- {value!r}\n- b\n"


class Import(EvidenceTest):
    def setUp(self):
        super().setUp()
        self.values = {f"canary-{i}": v for i, v in enumerate(canaries())}
        self.secrets = [secret(i, v, NS) for i, v in enumerate(self.values.values())]
        for number in range(6):
            key, certificate, private = key_pair(f"h{number}.example.com")
            data = {"tls.key": b64(key), "tls.crt": b64(certificate)}
            self.secrets.append({"apiVersion": "v1", "kind": "Secret", "type": "kubernetes.io/tls",
                                 "metadata": {"name": f"cert-{number}", "namespace": NS}, "data": data})
            self.values.update({f"key-{number}-line-{i}": line for i, line in enumerate(private)})
        self.needles = self.folder / "needles"
        write_needles(self.needles, self.values)
        self.store = self.folder / "store"

    def import_into(self, store):
        certificates = [f"cert-{i}" for i in range(6)] + ["canary-7", "canary-8", "canary-21"]
        events = [event("ADDED", each) for each in [*CORE, gateway(certificates)]]
        lines = [json.dumps(each) for each in events]
        values = list(self.values.values())
        for number, each in enumerate(self.secrets):
            lines.append(json.dumps(event("ADDED", each)))
            if number % 3 == 0:  # The value of another one, and gone again.
                changed = secret(number % 1000, values[(number + SHAPES) % 1000], NS)
                lines.append(json.dumps(event("MODIFIED", changed)))
            if number % 10 == 0 and number < 1000:
                lines.append(json.dumps(event("DELETED", each)))
        for number in range(40):
            lines += [text for text in malformed(values[number]) if "\n" not in text]
        self.run_program("pawprint", "import", self.write("events.jsonl", "\n".join(lines) + "\n"), "--store", store,
                         "--zone", "zone-1", codes=(1,))
        listed = {"apiVersion": "v1", "kind": "List", "items": self.secrets[:300]}
        self.run_program("pawprint", "import", self.write("list.json", json.dumps(listed)), "--store", store)
        bare = [{k: v for k, v in each.items() if k not in ("kind", "apiVersion")} for each in self.secrets[300:400]]
        typed = {"apiVersion": "v1", "kind": "SecretList", "items": bare}
        self.run_program("pawprint", "import", self.write("typed.json", json.dumps(typed)), "--store", store)
        text = yaml.safe_dump_all(self.secrets[400:500])
        self.run_program("pawprint", "import", self.write("all.yaml", text), "--store", store)
        self.run_program("pawprint", "import", "-", "--store", store,
                         stdin=json.dumps(event("MODIFIED", self.secrets[9])).encode())
        for number, text in enumerate([*malformed(values[50]), *malformed_yaml(values[51])]):
            name = self.write(f"bad-{number}.{'yaml' if text[:1] in 'a-' else 'json'}", text)
            self.run_program("pawprint", "import", name, "--store", store, codes=(0, 1, 2))
            self.run_program("pawprint", "translate", "-f", name, codes=(0, 1, 2))

    def ask(self, store):
        def ask(*words, codes=(0, 1)):
            return self.run_program("pawprint", *words, "--store", store, codes=codes)
        for form in ("table", "wide", "name", "yaml", "json", "jsonl"):
            ask("status", "-o", form)
            ask("zones", "-o", form)
            ask("log", "-o", form)
            ask("log", "-p", "--kind", "secrets", "-o", form)
            ask("log", "--kind", "Quarantined", "-o", form)
            ask("get", "secrets", "-A", "-o", form)
            ask("get", "secrets", "-A", "--observed", "-o", form)
            ask("get", "gateways,meshgateways,httproutes", "-A", "-o", form)
            ask("diff", "@10..HEAD", "--inputs", "--outputs", "--status", "--plan", "-o", form)
            ask("why", "secret/cert-0", "-n", NS, "-o", form)
            ask("why", "gateway/edge", "-n", NS, "-o", form)
        head = json.loads(ask("status", "-o", "json"))["head"]["seq"]
        for seq in range(1, head + 1, max(1, head // 60)):
            ask("show", f"@{seq}")
            ask("show", f"@{seq}", "-o", "json")
        for number in range(SHAPES):
            for words in (["get", "-o", "yaml"], ["why"], ["log", "-p"]):
                ask(words[0], f"secret/canary-{number}", "-n", NS, *words[1:])
        ask("get", "secrets", "-n", NS, "-l", "app=x")
        ask("route", "GET", "https://h0.example.com:8443/", "--via", "edge", codes=(0, 1, 2))
        ask("log", "--oneline", codes=(0, 2))
        ask("replay", "--verify")
        ask("fsck")
        for shell in ("bash", "zsh", "fish"):
            self.run_program("pawprint", "completion", shell)
        self.run_program("pawprint", "explain")

    def translate(self):
        objects = [*CORE, gateway([f"cert-{i}" for i in range(6)] + ["canary-7"]), *self.secrets]
        name = self.write("objects.json", json.dumps({"apiVersion": "v1", "kind": "List", "items": objects}))
        for form in ("table", "wide", "name", "yaml", "json", "jsonl"):
            self.run_program("pawprint", "translate", "-f", name, "-o", form, codes=(0, 1))
        printed = self.run_program("pawprint", "translate", "-f", self.write("objects.yaml", yaml.safe_dump_all(objects)),
                                   "-o", "yaml")
        self.assertIn("sha256:", printed)
        self.run_program("pawprint", "route", "GET", "http://shop.example.com/", "-f", name, codes=(0, 1, 2))

    def test_nothing_of_a_secret_is_anywhere(self):
        self.import_into(self.store)
        self.ask(self.store)
        self.translate()
        copied = self.folder / "copy"
        self.run_program("pawprint", "copy", "--to", copied, "--store", self.store)
        self.run_program("pawprint", "get", "secrets", "-A", "-o", "yaml", "--store", copied)
        said = self.assert_clean(self.needles, self.store, copied, self.said)
        records = int(said.split(" records")[0].rsplit(" ", 1)[-1])
        self.assertGreater(records, 4000)  # of both stores
        made = json.loads(self.run_program("pawprint", "get", "secrets", "-n", "kuma-system", "-o", "json", "--store",
                                           self.store))
        self.assertEqual(len(made["items"]), 6, "copies of the certificates were to be made")
        for each in made["items"]:
            self.assertTrue(each["data"]["value"].startswith("hmac:"))

    def test_an_import_leaves_no_core(self):
        """A program that waits for input, ended by the signal of a crash."""
        resource.setrlimit(resource.RLIMIT_CORE, (resource.getrlimit(resource.RLIMIT_CORE)[1],) * 2)
        with subprocess.Popen([BINARIES / "pawprint", "import", "-", "--store", self.store], stdin=subprocess.PIPE,
                              cwd=self.folder, stderr=subprocess.DEVNULL) as program:
            program.stdin.write((json.dumps(self.secrets[0]) + "\n").encode())
            program.stdin.flush()
            wait_for("the store", lambda: (self.store / "secret.key").exists())
            limits = pathlib.Path(f"/proc/{program.pid}/limits").read_text(encoding="utf-8")
            self.assertRegex(limits, r"Max core file size +0 +0 ")
            os.kill(program.pid, signal.SIGQUIT)
            status = os.waitpid(program.pid, 0)[1]
            program.returncode = status
        self.assertTrue(os.WIFSIGNALED(status))
        self.assertFalse(os.WCOREDUMP(status))

    def test_a_replay_needs_no_key(self):
        self.import_into(self.store)
        def answers(store, *fsck):
            replayed = json.loads(self.run_program("pawprint", "replay", "--verify", "-o", "json", "--store", store))
            status = json.loads(self.run_program("pawprint", "status", "-o", "json", "--store", store))
            got = self.run_program("pawprint", "get", "secrets,meshgateways", "-A", "-o", "json", "--store", store)
            self.run_program("pawprint", "fsck", "--store", store, codes=fsck)
            return {k: v for k, v in replayed.items() if k != "at"}, status["outputDigest"], status["head"], got
        whole = answers(self.store, 0)
        self.assertGreater(whole[0]["decisions"], 3)
        self.assertEqual(whole[0]["divergences"], [])
        without, other = self.folder / "without", self.folder / "other"
        shutil.copytree(self.store, without)
        (without / "secret.key").unlink()
        shutil.copytree(self.store, other)
        (other / "secret.key").write_bytes(bytes(range(32)))
        self.assertEqual(answers(without, 5), whole)
        self.assertEqual(answers(other, 5), whole)

    def test_the_same_bytes_have_other_digests_in_other_stores(self):
        name = self.write("one.json", json.dumps(self.secrets[0]))
        seen = set()
        for store in ("a", "b"):
            self.run_program("pawprint", "import", name, "--store", self.folder / store)
            got = json.loads(self.run_program("pawprint", "get", "secret/canary-0", "-n", NS, "-o", "json", "--store",
                                              self.folder / store))
            seen.add(got["data"]["password"])
        self.assertEqual(len(seen), 2)


class Control(EvidenceTest):
    """The scanner finds what is there, in each form, in files and in compressed records."""

    def setUp(self):
        super().setUp()
        self.value = canaries(1)[0]
        self.needles = self.folder / "needles"
        write_needles(self.needles, {"c": self.value})
        self.forms = {}
        for name, text in forms(self.value):
            self.forms.setdefault(name, []).append(text)

    def hits(self, *places):
        code, lines = self.scan(self.needles, *places)
        self.assertEqual(code, 1)
        return [line.split(" ") for line in lines if line.startswith("HIT")]

    def test_files(self):
        for name, texts in self.forms.items():
            for number, text in enumerate(texts):
                place = self.write(f"{name}-{number}", b"some " + text[3:-4] + b" more")  # not all of it
                self.assertIn(f"c/{name}", {hit[1] for hit in self.hits(place)})
        clean = self.write("clean", canaries(2)[1])
        self.assertEqual(self.scan(self.needles, clean)[0], 0)

    def test_records(self):
        """Of a kind that is kept as received."""
        notes = {}
        for name, texts in self.forms.items():
            for number, text in enumerate(texts):
                notes[f"{name.lower()}{number}{'x' if name.isupper() else ''}"] = "see " + text.decode() + " there"
        route = {"apiVersion": "gateway.networking.k8s.io/v1", "kind": "HTTPRoute",
                 "metadata": {"name": "r", "namespace": NS, "annotations": notes}, "spec": {}}
        store, copied = self.folder / "store", self.folder / "copy"
        self.run_program("pawprint", "import", self.write("r.json", json.dumps(route)), "--store", store)
        self.run_program("pawprint", "copy", "--to", copied, "--store", store)
        for place in (store, copied):
            found = {hit[1].split("/")[1] for hit in self.hits(place) if hit[-1].startswith("@")}
            # A backslash is escaped once more within JSON.
            self.assertEqual(found - {"json-escaped"}, set(self.forms) - {"json-escaped"})


if __name__ == "__main__":
    main()
