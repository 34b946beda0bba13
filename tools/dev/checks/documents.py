#!/usr/bin/env python3
"""Checks what documents say of the tree: links and docs/*.md named anywhere exist, and docs/quirks.md has the flags of Quirks."""
import argparse
import os
import re
import sys

from tidy import tracked

LINK = re.compile(r'\]\((?!https?://|#)([^)#\s]+)')
NAMED = re.compile(r'\bdocs/[\w./-]+\.md\b')
FLAG = re.compile(r'^\s*bool (\w+) = false;', re.M)
ROW = re.compile(r'^\| (`.*?`) \|', re.M)
QUIRKS, TABLE = 'engine/rules/quirks.h', 'docs/quirks.md'


def read(root, path):
    with open(os.path.join(root, path), encoding='utf-8', errors='replace') as source:
        return source.read()


def dead_links(root, path):
    text = read(root, path)
    if path.endswith('.md'):
        for target in LINK.findall(text):
            if not os.path.exists(os.path.join(root, os.path.dirname(path), target)):
                yield f'{path}: there is no {target}'
    for target in NAMED.findall(text):
        if not os.path.exists(os.path.join(root, target)):
            yield f'{path}: there is no {target}'


def quirk_complaints(root, paths):
    if QUIRKS not in paths:
        return
    flags = set(FLAG.findall(read(root, QUIRKS)))
    told = {name for row in ROW.findall(read(root, TABLE)) for name in re.findall(r'`(\w+)`', row)} if TABLE in paths else set()
    for name in sorted(flags - told):
        yield f'{TABLE}: {name} is missing'
    read_by = ''.join(read(root, path) for path in paths if path.endswith(('.cc', '.h')) and not path.startswith(QUIRKS[:-2]))
    for name in sorted(flags):
        if not re.search(rf'\b{name}\b', read_by):
            yield f'{QUIRKS}: nothing reads {name}'
    for name in sorted(told - flags):
        yield f'{TABLE}: {QUIRKS} has no {name}'


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--root', default=os.path.normpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), '../../..')))
    root = parser.parse_args().root
    paths = [path for path in tracked(root) if not path.startswith(('tests/', 'deploy/crds/'))]
    found = [line for path in paths if path.endswith(('.md', '.h', '.cc', '.py', '.yaml', '.txt')) or '.' not in os.path.basename(path)
             for line in dead_links(root, path)]
    found += quirk_complaints(root, paths)
    for line in found:
        print(line)
    return 1 if found else 0


if __name__ == '__main__':
    sys.exit(main())
