#!/usr/bin/env python3
"""Runs clang-tidy over the sources of the project; a file is read again only when it or what it includes has changed."""
import argparse
import concurrent.futures
import hashlib
import json
import os
import re
import subprocess
import sys

INCLUDE = re.compile(r'^\s*#\s*include\s*"([^"]+)"', re.M)
TOOL = 'clang-tidy-14'
ROOT = os.path.normpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), '../../..'))
# Boost's coroutines need a compiler with C++20's; clang 14 reads neither libstdc++'s <coroutine> nor them.
UNREADABLE = re.compile(r"'coroutine' file not found|std::experimental|requires.*-fcoroutines")


def read(path):
    with open(os.path.join(ROOT, path), encoding='utf-8') as source:
        return source.read()


def closure(path, known):
    """The file and every project header that it includes, directly or through others."""
    seen, waiting = set(), [path]
    while waiting:
        name = waiting.pop()
        if name in seen or not os.path.isfile(os.path.join(ROOT, name)):
            continue
        seen.add(name)
        if name not in known:
            known[name] = read(name)
        waiting += INCLUDE.findall(known[name])
    return sorted(seen)


def digest(path, command, known):
    result = hashlib.sha256((read('.clang-tidy') + command).encode())
    for name in closure(path, known):
        result.update(f'{name}\0{known[name]}\0'.encode())
    return result.hexdigest()


def sources(build):
    """(path, compile command) of each source of the project; tests are left out, their macros are another project's code."""
    with open(os.path.join(build, 'compile_commands.json'), encoding='utf-8') as source:
        for entry in json.load(source):
            path = os.path.relpath(os.path.join(entry['directory'], entry['file']), ROOT)
            if not path.startswith(('..', 'build/', 'tests/')):
                yield path, entry['command'].replace(ROOT, '')


def lint(build, path):
    run = subprocess.run([TOOL, '--quiet', '-p', build, '--extra-arg=-Wno-unknown-warning-option', os.path.join(ROOT, path)],
                         stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False)
    return run.returncode, run.stdout + (run.stderr if run.returncode and not run.stdout else '')


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--build', required=True, help='folder with compile_commands.json')
    parser.add_argument('--cache', required=True, help='folder that remembers what was clean')
    parser.add_argument('--jobs', type=int, default=2)
    parser.add_argument('--all', action='store_true', help='read also what is known to be clean')
    arguments = parser.parse_args()
    os.makedirs(arguments.cache, exist_ok=True)
    known, waiting = {}, []
    for path, command in sorted(set(sources(arguments.build))):
        mark = os.path.join(arguments.cache, digest(path, command, known))
        if arguments.all or not os.path.exists(mark):
            waiting.append((path, mark))
    failed = unreadable = 0
    with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
        answers = pool.map(lambda item: lint(arguments.build, item[0]), waiting)
        for (path, mark), (code, output) in zip(waiting, answers):
            if code == 0:
                with open(mark, 'w', encoding='utf-8'):
                    pass
            elif UNREADABLE.search(output):
                unreadable += 1
                print(f'{path}: {TOOL} cannot read its coroutines; not linted')
            else:
                failed += 1
                print(output.rstrip())
    print(f'{TOOL}: {len(waiting)} files read, {failed} with findings, {unreadable} not readable', file=sys.stderr)
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
