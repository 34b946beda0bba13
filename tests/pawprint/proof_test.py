#!/usr/bin/env python3
"""checkpoint, prove, fsck --checkpoint, and the verifier that knows nothing of Pawprint."""

import base64
import json
import pathlib
import shutil
import subprocess
import sys
import unittest

from cli import CliTest, run

VERIFIER = pathlib.Path(__file__).resolve().parents[2] / "tools" / "verify_proof.py"


def verify(*arguments):
    return subprocess.run([sys.executable, str(VERIFIER), *map(str, arguments)], capture_output=True, text=True,
                          timeout=60, check=False)


def openssl(*arguments):
    subprocess.run(["openssl", *map(str, arguments)], capture_output=True, check=True)


class Proofs(CliTest):
    def setUp(self):
        super().setUp()
        self.heads = self.import_case("route-weight-change")
        self.head = self.heads[-1]

    def proof(self, seq, *flags):
        path = self.folder / f"proof-{seq}.json"
        path.write_text(self.ok("prove", f"@{seq}", "-o", "json", "--store", self.store, *flags), encoding="utf-8")
        return path

    def checkpoint(self, name, *flags):
        return self.write(name, self.ok("checkpoint", "--store", self.store, *flags))

    def test_every_record_is_proved(self):
        checkpoint = self.checkpoint("head.txt")
        self.assertEqual(len(checkpoint.read_text(encoding="utf-8").splitlines()), 4)
        for seq in range(1, self.head + 1):
            done = verify(self.proof(seq), "--checkpoint", checkpoint)
            self.assertEqual((done.returncode, done.stderr), (0, ""))
            self.assertIn(f"record {seq} (", done.stdout)

    def test_the_kind_and_the_body_are_what_is_proved(self):
        record = self.answer("show", "@1", "--store", self.store)["record"]
        self.assertIn(f"record 1 ({record['kind']},", verify(self.proof(1)).stdout)
        body = self.write("body", json.dumps(record["body"], separators=(",", ":"), sort_keys=True, ensure_ascii=False))
        self.assertEqual(verify(self.proof(1), "--body", body).returncode, 0)
        self.assertEqual(verify(self.proof(1), "--body", self.write("other", "{}")).returncode, 1)

    def test_nothing_else_is_proved(self):
        path = self.proof(3)
        proof = json.loads(path.read_text(encoding="utf-8"))

        def refused(**changes):
            done = verify(self.write("changed.json", {**proof, **changes}))
            self.assertEqual((done.returncode, done.stdout), (1, ""), changes)
            self.assertTrue(done.stderr.startswith("not proved: "), done.stderr)
            self.assertEqual(len(done.stderr.splitlines()), 1)

        def flipped(text):
            return ("1" if text[0] == "0" else "0") + text[1:]
        refused(seq=4)
        refused(seq=0)
        refused(size=self.head * 4)
        for name in ("root", "header", "bodyDigest"):
            refused(**{name: flipped(proof[name])})
            refused(**{name: proof[name][:-1]})
        refused(header="")
        for place, each in enumerate(proof["path"]):
            refused(path=proof["path"][:place] + [flipped(each)] + proof["path"][place + 1:])
        refused(path=proof["path"][1:])
        refused(path=proof["path"] + [proof["root"]])
        refused(path=list(reversed(proof["path"])))
        # That root and size belong together is what a checkpoint says.
        checkpoint = self.checkpoint("head.txt")
        changed = self.write("changed.json", {**proof, "size": self.head - 1})
        self.assertEqual(verify(changed, "--checkpoint", checkpoint).returncode, 1)

    def test_growth(self):
        newer = self.checkpoint("new.txt")
        old = self.heads[0]
        older = json.loads(self.proof(1, "--size", old).read_text(encoding="utf-8"))
        proof = self.proof(2, "--from", old)
        growth = json.loads(proof.read_text(encoding="utf-8"))["growth"]
        self.assertEqual(growth["root"], older["root"])
        text = f"{older['origin']}\n{old}\n{base64.b64encode(bytes.fromhex(older['root'])).decode()}\nchain {older['chain']}\n"
        kept = self.write("old.txt", text)
        done = verify(proof, "--checkpoint", newer, "--from-checkpoint", kept)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertIn(f"it grew from {old} records", done.stdout)
        wrong = json.loads(proof.read_text(encoding="utf-8"))
        wrong["growth"]["path"] = wrong["growth"]["path"][:-1]
        self.assertEqual(verify(self.write("wrong.json", wrong), "--from-checkpoint", kept).returncode, 1)
        self.ok("fsck", "--checkpoint", kept, "--store", self.store)

    def test_signed(self):
        key, public, other = (self.folder / name for name in ("sign.pem", "sign.pub", "other.pub"))
        openssl("genpkey", "-algorithm", "ed25519", "-out", key)
        openssl("pkey", "-in", key, "-pubout", "-out", public)
        openssl("genpkey", "-algorithm", "ed25519", "-out", self.folder / "other.pem")
        openssl("pkey", "-in", self.folder / "other.pem", "-pubout", "-out", other)
        note = self.checkpoint("head.txt", "--key", key)
        self.assertEqual(verify(self.proof(1), "--checkpoint", note, "--key", public).returncode, 0)
        self.assertEqual(verify(self.proof(1), "--checkpoint", note, "--key", other).returncode, 1)
        self.ok("fsck", "--checkpoint", note, "--key", public, "--store", self.store)
        self.fails(2, "no signature on it", "fsck", "--checkpoint", note, "--key", other, "--store", self.store)
        self.fails(2, "goes with --checkpoint", "fsck", "--key", public, "--store", self.store)
        self.fails(2, "no Ed25519 private key", "checkpoint", "--key", public, "--store", self.store)

    def test_an_older_copy_is_found(self):
        self.ok("copy", "--store", self.store, "--to", self.folder / "old")
        self.import_case("route-weight-change")
        kept = self.checkpoint("head.txt")
        self.ok("fsck", "--checkpoint", kept, "--store", self.store)
        shutil.rmtree(self.store)
        shutil.copytree(self.folder / "old", self.store)
        self.assertEqual(self.answer("fsck", "--store", self.store)["problems"], [])
        done = run("fsck", "--checkpoint", kept, "--store", self.store, "-o", "json")
        self.assertEqual(done.returncode, 5)
        problems = json.loads(done.stdout)["problems"]
        self.assertEqual([(each["what"], each["seq"]) for each in problems], [("checkpoint", self.head + 1)])
        self.assertIn("rolled back", problems[0]["detail"])

    def test_what_is_wrong_is_said(self):
        self.fails(2, "needs a record", "prove", "--store", self.store)
        self.fails(4, "", "prove", f"@{self.head + 1}", "--store", self.store)
        self.fails(4, "not in the log", "prove", "@1", "--size", self.head + 1, "--store", self.store)
        self.fails(2, "there is no file", "fsck", "--checkpoint", self.folder / "none", "--store", self.store)
        self.fails(2, "no checkpoint", "fsck", "--checkpoint", self.write("x", "x"), "--store", self.store)


if __name__ == "__main__":
    unittest.main()
