#!/usr/bin/env python3
"""Bad input: each gives one clear line and the right exit code."""

import json
import os
import pathlib
import subprocess
import time
import unittest

from cli import BINARY, CliTest, run


class Flags(CliTest):
    def test_no_arguments_is_help(self):
        self.assertIn("Subcommands:", self.ok())

    def test_help_of_every_command_has_an_example(self):
        self.assertIn("translate", self.commands())
        for command in self.commands():
            self.assertIn("Example:", self.ok(command, "--help"), command)

    def test_unknown_things_name_the_nearest(self):
        self.fails(2, "did you mean translate?", "tranlsate")
        self.fails(2, "did you mean --profile?", "translate", "--profil", "x")
        self.fails(2, "did you mean yaml?", "version", "-o", "yml")
        self.fails(2, "did you mean httproutes?", "get", "htproutes", "--store", self.store)
        self.fails(2, "backend_reference/weight", "explain", "backend_reference/wieght")
        self.fails(2, "kuma-2.14-compat", "translate", "-f", "-", "--profile", "kuma")

    def test_there_is_no_model_of_the_proxies_of_kuma_3(self):
        self.fails(2, "not those of profile kuma-3", "route", "GET", "http://a.example/", "-f", "-", "--profile", "kuma-3")

    def test_commands_that_are_not_there_are_not_offered(self):
        for command in ("why-not", "impact", "blame", "bisect", "what-if", "bundle", "doctor", "gc"):
            self.fails(2, "unknown command", command)

    def commands(self):
        lines = self.ok().split("Subcommands:")[1].split("\n\n")[0].splitlines()
        return [line.split()[0] for line in lines if line]

    def test_every_command_is_in_the_documentation(self):
        text = (pathlib.Path(__file__).resolve().parents[2] / "docs" / "cli.md").read_text(encoding="utf-8")
        for command in self.commands():
            self.assertRegex(text, rf"\*\*{command}[ *\[]", command)

    def complete(self, *words):
        script = ('source <("$PAWPRINT" completion bash) && COMP_WORDS=("$@") && COMP_CWORD=$(($# - 1)) && _pawprint && '
                  'echo "${COMPREPLY[@]}"')
        done = subprocess.run(["bash", "-c", script, "bash", "pawprint", *words], capture_output=True, text=True, check=True,
                              env={**os.environ, "PAWPRINT": BINARY})
        self.assertEqual(done.stderr, "")
        return done.stdout.split()

    def test_completion_knows_what_the_program_knows(self):
        self.assertEqual(self.complete(""), self.commands())
        self.assertEqual(self.complete("transl"), ["translate"])
        for command in self.commands():
            flags = [word.rstrip(",") for line in self.ok(command, "--help").splitlines() if line.startswith("  -")
                     for word in line.split()[0].split(",") if word.startswith("--")]
            self.assertEqual(self.complete(command, "--"), flags, command)
        self.assertEqual(self.complete("get", "-o", "j"), ["json", "jsonl"])
        self.assertEqual(self.complete("diff", "--profile", ""), ["kuma-2.14", "kuma-2.14-compat", "kuma-3"])
        self.assertIn("httproutes", self.complete("why", "ht"))
        for shell in ("zsh", "fish"):
            script = self.ok("completion", shell)
            for command in self.commands():
                self.assertIn(command, script)
        self.fails(2, "did you mean bash?", "completion", "bsh")
        self.fails(2, "wants bash, zsh or fish", "completion")

    def test_flags_and_their_values(self):
        self.fails(2, "--at needs a value", "get", "svc", "--at")
        self.fails(2, "--at is given twice", "get", "svc", "--at", "HEAD", "--at", "HEAD")
        self.fails(2, "--oneline takes no value", "log", "--oneline=x")

    def test_arguments_too_many_or_too_few(self):
        self.fails(2, "does not take the argument 'x'", "version", "x")
        self.fails(2, "needs manifests", "translate")
        self.fails(2, "needs --store", "import", "-", stdin="")
        self.fails(2, "wants a TYPE", "get", "--store", self.store)
        self.fails(2, "wants TYPE/NAME", "why", "httproutes", "--store", self.store)
        self.fails(2, "wants A..B", "diff", "--store", self.store)
        self.fails(2, "needs --to", "copy", "--store", self.store)

    def test_odd_words(self):
        for word in ("---", "-", "", "--=", "--no-such=1", "\x1b[31m", "\u00e9", "@", "-\n-"):
            for arguments in ([word], ["version", word], ["get", word, "--store", self.store], ["why", word, "--store", self.store]):
                done = run(*arguments)
                self.assertIn(done.returncode, (2, 3), arguments)
                self.assertEqual(done.stderr.count("\n"), 1, f"{arguments}: {done.stderr}")
                self.assertNotIn("\x1b", done.stderr)

    def test_sources(self):
        self.fails(2, "no source", "status")
        self.fails(2, "exactly one", "status", "--store", self.store, "--server", "http://localhost")
        self.fails(2, "not in this version", "status", "--bundle", "x")

    def test_moments(self):
        for text in ("@", "@x", "@{}", "@{10}", "@{2026-02-30T00:00:00Z}", "HEAD^", "boot:1", "pin:", "now"):
            self.fails(2, "is no moment", "get", "gateways", "--store", self.store, "--at", text)

    def test_times_and_selectors(self):
        self.fails(2, "--now wants a time", "translate", "-f", "-", "--now", "yesterday", stdin="")
        self.fails(2, "--now wants a time", "translate", "-f", "-", "--now", "2026-02-31T00:00:00Z", stdin="")
        self.import_case("route-weight-change")
        self.fails(2, "is no label selector", "get", "gateways", "-l", "a in b", "--store", self.store)


class Manifests(CliTest):
    def test_missing_and_malformed_files(self):
        self.fails(2, "cannot read", "translate", "-f", self.folder / "nowhere.yaml")
        self.fails(2, "line 3", "translate", "-f", self.write("a.yaml", "kind: X\nfoo: [1\nbar: }\n"))
        self.fails(2, "document 2", "translate", "-f",
                   self.write("b.yaml", "apiVersion: v1\nkind: Namespace\nmetadata: {name: a}\n---\nkind: Y\n"))
        self.fails(2, "metadata.name", "translate", "-f", self.write("c.json", '{"apiVersion":"v1","kind":"Service"}'))
        self.fails(2, "watch event", "translate", "-f", self.write(
            "d.json", '{"type":"ADDED","object":{"apiVersion":"v1","kind":"Service","metadata":{"name":"a"}}}'))
        (self.folder / "empty").mkdir()
        self.fails(2, "no .yaml", "translate", "-f", self.folder / "empty")

    def test_lines_are_those_of_an_editor(self):
        for line, what, text in (
                (2, "metadata.name", "---\napiVersion: v1\nkind: Service\n"),
                (5, "metadata.name", "# c\n\n---\n# d\napiVersion: v1\nkind: Service\n"),
                (3, "apiVersion", "---\n\n{}\n"),
                (2, "twice", "kind: X\nkind: Y\n"),
                (3, "UTF-8", b"a: 1\nb: 2\nc: \xff\n"),
                (2, "no text", b"a: 1\nb: \0\n"),
                (1, "nested too deeply", "x: " + "[" * 600 + "]" * 600)):
            path = self.folder / "lines.yaml"
            path.write_bytes(text if isinstance(text, bytes) else text.encode())
            self.fails(2, f"line {line}: ", "translate", "-f", path)
            self.fails(2, what, "translate", "-f", path)
        self.fails(2, "line 2: the text ends", "translate", "-f", self.write("lines.json", '{"a":1,\n"b":[\n\n\n'))

    def test_numbers_that_should_be_texts(self):
        for meta, what in (("{name: 7}", "metadata.name must be"), ("{name: a, namespace: 7}", "metadata.namespace must be")):
            self.fails(2, what, "translate", "-f", self.write("n.yaml", f"apiVersion: v1\nkind: Service\nmetadata: {meta}\n"))

    def test_a_malformed_secret_is_never_quoted(self):
        secret = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s"}, "data": {"tls.key": "!!topsecret!!"}}
        message = self.fails(2, "s.json", "translate", "-f", self.write("s.json", secret))
        self.assertNotIn("topsecret", message)


class Stores(CliTest):
    def test_missing(self):
        for command in (["status"], ["get", "gateways"], ["replay"], ["log"], ["fsck"], ["show"]):
            self.fails(3, "store", *command, "--store", self.folder / "nowhere")
        self.fails(3, "store", "status", "--store", self.folder)
        self.assertFalse((self.folder / "nowhere").exists())

    def test_in_use(self):
        pipe = subprocess.Popen([BINARY, "import", "-", "--store", self.store], stdin=subprocess.PIPE,
                                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            pipe.stdin.write(b'{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"a"}}\n')
            pipe.stdin.flush()
            self.wait_for_record(2)
            self.fails(3, "in use", "import", "-", "--store", self.store, stdin="")
            # Readers always work, and see what was acknowledged.
            self.assertEqual(self.answer("get", "namespaces", "--store", self.store)["items"][0]["metadata"]["name"], "a")
            self.assertEqual(self.answer("fsck", "--store", self.store)["problems"], [])
        finally:
            pipe.stdin.close()
            self.assertEqual(pipe.wait(timeout=60), 0)

    def wait_for_record(self, seq):
        for _ in range(600):
            done = run("show", f"@{seq}", "--store", self.store)
            if done.returncode == 0:
                return
            time.sleep(0.05)
        self.fail(f"record {seq} does not come: {done.stderr}")

    def test_damaged(self):
        self.import_case("route-weight-change")
        self.assertEqual(self.answer("fsck", "--store", self.store)["problems"], [])
        damaged = 0
        for path in sorted(self.store.rglob("*")):
            if path.is_file() and path.suffix in (".log", ".sst") and path.stat().st_size > 0:
                content = bytearray(path.read_bytes())
                for at in range(len(content) // 3, len(content), 97):
                    content[at] ^= 0xFF
                path.write_bytes(content)
                damaged += 1
        self.assertGreater(damaged, 0)
        done = run("fsck", "--store", self.store, "-o", "json")
        self.assertEqual(done.returncode, 5, done.stderr)
        self.assertIn('"problems": [', done.stdout)
        self.assertEqual(done.stderr.count("\n"), 1)
        done = run("get", "gateways", "-A", "--store", self.store)
        self.assertEqual((done.returncode, done.stderr.count("\n")), (5, 1), done.stderr)

    def test_the_anchor_is_missing(self):
        self.import_case("route-weight-change")
        anchors = [path for path in self.store.rglob("*") if "anchor" in path.name]
        self.assertEqual(len(anchors), 1)
        os.remove(anchors[0])
        self.fails(5, "damaged", "status", "--store", self.store)
        self.assertEqual(run("fsck", "--store", self.store).returncode, 5)

    def test_moments_outside_the_log(self):
        head = self.import_case("route-weight-change")[-1]
        self.fails(4, f"@{head}", "get", "gateways", "--store", self.store, "--at", f"@{head + 1}")
        self.fails(4, "before the first decision", "get", "gateways", "--store", self.store, "--at", "HEAD~99")
        self.fails(4, "before the first record", "get", "gateways", "--store", self.store, "--at", "@{2026-02-01T00:00:00Z}")
        self.fails(4, "future", "get", "gateways", "--store", self.store, "--at", "@{2199-01-01T00:00:00Z}")
        self.fails(1, "no pin", "get", "gateways", "--store", self.store, "--at", "pin:x")
        self.fails(4, "before the first start", "get", "gateways", "--store", self.store, "--at", "boot:-1")

    def test_unknown_objects(self):
        self.import_case("route-weight-change")
        self.fails(1, "-n demo", "get", "httproute", "shop", "--store", self.store)
        self.fails(1, "did you mean shop?", "get", "httproute/shpo", "-n", "demo", "--store", self.store)
        self.fails(1, "no zone", "get", "httproutes", "--zone", "elsewhere", "--store", self.store)
        self.fails(1, "no field", "why", "httproute/shop:.nothing", "-n", "demo", "--store", self.store)
        self.fails(1, "no field", "why", "service/web:.spec.nothing", "-n", "demo", "--store", self.store)
        self.fails(2, "at character", "why", "httproute/shop:.a[", "-n", "demo", "--store", self.store)

    def test_objects_that_were_never_on_record(self):
        self.import_case("route-weight-change")
        for command in (["log"], ["diff", "HEAD~1..HEAD"]):
            self.fails(1, "knows no HTTPRoute demo/shpo; did you mean shop?", *command, "httproute/shpo", "-n", "demo", "--store", self.store)
            self.fails(1, "-n demo", *command, "httproute/shop", "--store", self.store)
            self.fails(1, "no zone", *command, "httproute/nowhere", "--zone", "east", "--store", self.store)
            # What is on record, but not in the range, is no mistake.
            self.assertEqual(self.ok(*command, "service/web", "-n", "demo", *(["HEAD~1..HEAD"] if command == ["log"] else []),
                                     "--store", self.store), "")

    def test_odd_objects(self):
        self.import_case("route-weight-change")
        for command in (["log"], ["diff", "..HEAD"], ["get"]):
            self.fails(2, "about ':7'", *command, "svc/web:7", "-n", "demo", "--store", self.store)
            self.fails(2, "no name of an object", *command, "svc/We_b", "-n", "demo", "--store", self.store)
            self.fails(2, "':7' is no name of a namespace", *command, "svc/web", "-n", ":7", "--store", self.store)
        self.fails(2, "no name of a namespace", "get", "svc", "-n", "", "--store", self.store)

    def test_negative_numbers(self):
        self.import_case("route-weight-change")
        for flags in (["--max", "-1"], ["--max=-1"], ["--max", "0"], ["--max", "1x"], ["--max", "99999999999999999999"]):
            self.fails(2, "--max wants a number above 0", "log", *flags, "--store", self.store)
        for text in ("-10m", "-0s", "1", "999999w"):
            self.fails(2, "--since", "log", f"--since={text}", "--store", self.store)
        for text in ("@-1", "HEAD~-1", "boot:--1", "@{-1h}", "@{9999-01-01T00:00:00Z}"):
            self.fails(2, "is no moment", "get", "svc", "--at", text, "--store", self.store)

    def test_words_that_are_close_to_others(self):
        self.import_case("route-weight-change")
        self.fails(2, "did you mean Decision?", "log", "--kind", "Decison", "--store", self.store)
        self.fails(2, "no time like", "log", "--since", "2026-03-01", "--store", self.store)
        self.fails(2, "goes backwards", "log", "@3..@2", "--store", self.store)
        self.fails(2, "one range", "log", "..@2", "..@3", "--store", self.store)
        self.fails(2, "there are gatewayclasses, gateways, ", "get", "deployments", "--store", self.store)
        self.fails(2, "a type is missing", "get", "svc,", "--store", self.store)
        self.fails(3, "it is no directory", "status", "--store", self.write("file", "x"))
        self.fails(2, "--zone: 'a/b'", "import", "-", "--zone", "a/b", "--store", self.store, stdin="")
        self.assertLess(len(self.fails(2, "unknown type", "get", "x" * 5000, "--store", self.store)), 1200)

    def test_every_reading_command_names_the_damage(self):
        self.import_case("route-weight-change")
        commands = (["status"], ["zones"], ["log"], ["show", "@5"], ["get", "svc", "-A"], ["diff", "..HEAD"], ["replay"],
                    ["why", "httproute/shop", "-n", "demo"], ["copy", "--to", self.folder / "copy"])
        for table in self.store.glob("*.sst"):
            content = bytearray(table.read_bytes())
            for at in range(16, len(content) // 2, 64):
                content[at] ^= 0xFF
            table.write_bytes(content)
        for command in commands:
            message = self.fails(5, f"store {self.store} is damaged", *command, "--store", self.store)
            self.assertTrue(message.endswith(": run `pawprint fsck`\n"), message)
        done = run("fsck", "--store", self.store)
        self.assertEqual((done.returncode, done.stderr.count("\n")), (5, 1), done.stderr)
        for line in done.stdout.splitlines() + [done.stderr]:
            self.assertLessEqual(line.count("is damaged"), 1, line)

    def test_the_key_is_missed(self):
        self.import_case("tls-rotation")
        os.remove(self.store / "secret.key")
        done = run("fsck", "--store", self.store, "-o", "json")
        self.assertEqual(done.returncode, 5)
        self.assertEqual([each["what"] for each in json.loads(done.stdout)["problems"]], ["key"])
        self.ok("status", "--store", self.store)

    def test_a_copy_refuses_what_is_there(self):
        self.import_case("route-weight-change")
        (self.folder / "full").mkdir()
        (self.folder / "full" / "file").write_text("x", encoding="utf-8")
        done = run("copy", "--store", self.store, "--to", self.folder / "full")
        self.assertNotEqual(done.returncode, 0)
        self.assertEqual((self.folder / "full" / "file").read_text(encoding="utf-8"), "x")

    def test_a_file_that_cannot_be_opened_leaves_no_store(self):
        self.fails(2, "cannot read", "import", self.folder / "nowhere", "--store", self.store)
        self.assertFalse(self.store.exists())


if __name__ == "__main__":
    unittest.main()
