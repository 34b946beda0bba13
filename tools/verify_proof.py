#!/usr/bin/env python3
"""Verifies what `pawprint prove -o json` prints, with nothing of Pawprint: RFC 6962 over SHA-256.

  verify_proof.py PROOF.json                        the proof leads to the root that it names
  verify_proof.py PROOF.json --checkpoint HEAD.txt  ... which is that of a checkpoint kept elsewhere
      --from-checkpoint OLD.txt                     ... and the log grew from an older one (--from)
      --body FILE                                   the record's body is this file's bytes
      --key PUBLIC.pem                              the checkpoints are signed (runs openssl)

Exit 0 and one line: the record is in the log. Exit 1 and one line: it is not proved.
"""
import argparse
import base64
import hashlib
import json
import pathlib
import struct
import subprocess
import sys
import tempfile

KINDS = ('Boot Config Discovery SyncBegin SyncEnd Observed Vanished Quarantined Decision Applied Tick Leader Operator '
         'Snapshot Compaction Erasure').split()


class NotProved(Exception):
    """Said in one line."""


def sha256(data):
    return hashlib.sha256(data).digest()


def node(left, right):
    return sha256(b'\1' + left + right)


def need(condition, complaint):
    if not condition:
        raise NotProved(complaint)


def root_of_path(leaf, index, size, path):
    """Follows RFC 6962, section 2.1.1, from the top: how the tree is split says which side each hash is on."""
    if size == 1:
        need(not path, 'the path is too long')
        return leaf
    need(path, 'the path is too short')
    left = 1 << (size - 1).bit_length() - 1
    if index < left:
        return node(root_of_path(leaf, index, left, path[:-1]), path[-1])
    return node(path[-1], root_of_path(leaf, index - left, size - left, path[:-1]))


def roots_of_growth(old, size, path, old_root, whole=True):
    """The roots of the old and the new tree that a path of section 2.1.2 gives."""
    if old == size:
        if whole:
            need(not path, 'the growth path is too long')
            return old_root, old_root
        need(len(path) == 1, 'the growth path has a wrong length')
        return path[0], path[0]
    need(path, 'the growth path is too short')
    left = 1 << (size - 1).bit_length() - 1
    if old <= left:
        before, after = roots_of_growth(old, left, path[:-1], old_root, whole)
        return before, node(after, path[-1])
    before, after = roots_of_growth(old - left, size - left, path[:-1], old_root, False)
    return node(path[-1], before), node(path[-1], after)


def describe(header, seq):
    """Reads the fixed start of a header, and checks that the record is the one that it is said to be."""
    number, kind, time_ns, boot = struct.unpack_from('<QBqI', header)
    need(number == seq, f'the header is that of record {number}')
    need(1 <= kind <= len(KINDS), 'the header names no known kind')
    return f'record {seq} ({KINDS[kind - 1]}, boot {boot}, {time_ns} ns)'


def check_signature(note, key):
    text, _, signatures = note.partition('\n\n')
    text = (text + '\n').encode()
    der = subprocess.run(['openssl', 'pkey', '-pubin', '-in', key, '-outform', 'DER'], capture_output=True, check=False)
    need(der.returncode == 0, f'{key} is no public key')
    for line in signatures.splitlines():
        dash, name, value = (line.split(' ') + ['', '', ''])[:3]
        raw = base64.b64decode(value or 'AA==')
        if dash != '\u2014' or raw[:4] != sha256(name.encode() + b'\n\1' + der.stdout[-32:])[:4]:
            continue
        with tempfile.NamedTemporaryFile() as message, tempfile.NamedTemporaryFile() as signature:
            for file, data in ((message, text), (signature, raw[4:])):
                file.write(data)
                file.flush()
            done = subprocess.run(['openssl', 'pkeyutl', '-verify', '-pubin', '-inkey', key, '-rawin', '-in',
                                   message.name, '-sigfile', signature.name], capture_output=True, check=False)
            if done.returncode == 0:
                return
    raise NotProved('no signature on the checkpoint is that of the key')


def read_checkpoint(path, key):
    note = pathlib.Path(path).read_text(encoding='utf-8')
    if key:
        check_signature(note, key)
    lines = note.split('\n')
    need(len(lines) >= 4, f'{path} is no checkpoint')
    return lines[0], int(lines[1]), base64.b64decode(lines[2])


def verify(proof, options):
    header, body_digest, root = (bytes.fromhex(proof[name]) for name in ('header', 'bodyDigest', 'root'))
    path = [bytes.fromhex(each) for each in proof['path']]
    seq, size, origin = proof['seq'], proof['size'], proof['origin']
    need(0 < seq <= size, 'the record is not among those of the log')
    said = describe(header, seq)
    if options.body:
        need(sha256(pathlib.Path(options.body).read_bytes()) == body_digest, 'the body is another one')
    leaf = sha256(b'\0' + header + body_digest)
    need(root_of_path(leaf, seq - 1, size, path) == root, 'the path does not lead to the root')
    if options.checkpoint:
        need(read_checkpoint(options.checkpoint, options.key) == (origin, size, root), 'the checkpoint is another one')
    if not options.from_checkpoint:
        return said
    need('growth' in proof, 'there is no growth in the proof: prove --from N')
    old, old_root = proof['growth']['from'], bytes.fromhex(proof['growth']['root'])
    need(0 < old <= size, 'the log did not grow')
    grown = [bytes.fromhex(each) for each in proof['growth']['path']]
    need(roots_of_growth(old, size, grown, old_root) == (old_root, root), 'the log did not grow from the older one')
    need(read_checkpoint(options.from_checkpoint, options.key) == (origin, old, old_root), 'the older checkpoint is another one')
    return f'{said}; it grew from {old} records'


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('proof')
    for name in ('--checkpoint', '--from-checkpoint', '--body', '--key'):
        parser.add_argument(name)
    options = parser.parse_args()
    try:
        proof = json.loads(pathlib.Path(options.proof).read_text(encoding='utf-8'))
        said = verify(proof, options)
    except (NotProved, OSError, ValueError, KeyError, TypeError, struct.error) as error:
        print(f'not proved: {error}', file=sys.stderr)
        return 1
    print(f'proved: {said} is in {proof["origin"]}, {proof["size"]} records')
    return 0


if __name__ == '__main__':
    sys.exit(main())
