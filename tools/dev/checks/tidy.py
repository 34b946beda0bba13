#!/usr/bin/env python3
"""Checks the tree against tools/dev/tidy.json: banned calls, lengths, marks of unfinished work and stray files."""
import argparse
import ast
import json
import os
import re
import subprocess
import sys

from cplusplus import blank, functions
from layers import walk

UNFINISHED = re.compile(r'\b(' + '|'.join(('TO' 'DO', 'FIX' 'ME', 'XX' 'X')) + r')\b')
CODE = ('.h', '.cc')


def matches(path, patterns):
    return any(re.fullmatch(as_expression(p), path) for p in patterns)


def as_expression(pattern):
    parts = re.split(r'(\*\*/|\*\*|\*)', pattern)
    special = {'**/': '(?:.*/)?', '**': '.*', '*': '[^/]*'}
    return ''.join(special.get(part) or re.escape(part) for part in parts)


def tracked(root):
    """Files that git knows, and new ones that it does not ignore; in an unpacked archive without git, all."""
    if not os.path.exists(os.path.join(root, '.git')):
        return sorted(walk(root, ''))
    run = subprocess.run(['git', '-c', 'safe.directory=*', '-C', root, 'ls-files', '-co', '--exclude-standard', '-z'],
                         check=True, stdout=subprocess.PIPE)
    return [p for p in sorted(set(run.stdout.decode().split('\0'))) if p and os.path.isfile(os.path.join(root, p))]


def ban_complaints(path, text, bans, allowed, used):
    code = blank(text, keep_includes=True)
    for name, rule in bans.items():
        if name == 'about':
            continue
        pattern, why = rule
        for match in re.finditer(pattern, code):
            if (path, name) in allowed:
                used.add((path, name))
                continue
            line = code.count('\n', 0, match.start()) + 1
            yield f'{path}:{line}: banned ({name}): "{match.group(0).strip()}"; {why}'


def length_complaints(path, text, rules):
    lines = text.count('\n')
    if lines > rules['longest_file']:
        yield f'{path}:1: {lines} lines; a file has at most {rules["longest_file"]}'
    found = functions(text) if path.endswith(CODE) else python_functions(text)
    for name, first, last in found:
        if last - first + 1 > rules['longest_function']:
            yield f'{path}:{first}: {name} has {last - first + 1} lines; a function has at most {rules["longest_function"]}'


def python_functions(text):
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef):
            yield node.name, node.lineno, node.end_lineno


def header_complaints(path, text):
    if not text.startswith('//'):
        yield f'{path}:1: a header begins with a comment that says what it is for'
    if '#pragma once' not in text:
        yield f'{path}:1: a header has #pragma once'


def text_complaints(path, text):
    for number, line in enumerate(text.split('\n'), 1):
        match = UNFINISHED.search(line)
        if match:
            yield f'{path}:{number}: "{match.group(0)}" marks unfinished work; finish it or file an issue'


def code_complaints(path, text, rules, used):
    allowed = {(entry['file'], entry['ban']) for entry in rules['engine_allows']}
    if path.endswith('.h'):
        yield from header_complaints(path, text)
    if path.startswith('engine/'):
        yield from ban_complaints(path, text, rules['engine_bans'], allowed, used)
    if not path.startswith('tests/'):
        yield from ban_complaints(path, text, rules['everywhere_bans'], set(), set())


def complaints(root, rules):
    used = set()
    owners = [p for name, patterns in rules['files'].items() if name != 'about' for p in patterns]
    for path in tracked(root):
        if not matches(path, owners):
            yield f'{path}: a stray file: no pattern of tidy.json owns it'
        if matches(path, rules['build_products']):
            yield f'{path}: a build product'
        if matches(path, rules['data_files']):
            continue
        try:
            with open(os.path.join(root, path), encoding='utf-8') as source:
                text = source.read()
        except UnicodeDecodeError:
            yield f'{path}: neither text nor listed as data'
            continue
        yield from text_complaints(path, text)
        if path.endswith(CODE):
            yield from code_complaints(path, text, rules, used)
        if path.endswith(CODE + ('.py',)):
            yield from length_complaints(path, text, rules)
    for entry in rules['engine_allows']:
        if (entry['file'], entry['ban']) not in used or not entry.get('reason'):
            yield f'tidy.json: the allowance of {entry["ban"]} in {entry["file"]} is not needed or gives no reason'


def shell_scripts(root):
    for path in tracked(root):
        with open(os.path.join(root, path), 'rb') as source:
            if re.match(rb'#!\s*\S*(/|\s)(bash|sh)\b', source.readline()):
                yield path


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    here = os.path.dirname(os.path.abspath(__file__))
    parser.add_argument('--root', default=os.path.normpath(os.path.join(here, '../../..')))
    parser.add_argument('--rules', default=os.path.join(here, '../tidy.json'))
    parser.add_argument('--list-shell', action='store_true', help='only print the names of the shell scripts')
    arguments = parser.parse_args()
    if arguments.list_shell:
        print('\n'.join(shell_scripts(arguments.root)))
        return 0
    with open(arguments.rules, encoding='utf-8') as source:
        rules = json.load(source)
    found = list(complaints(arguments.root, rules))
    for complaint in found:
        print(complaint)
    return 1 if found else 0


if __name__ == '__main__':
    sys.exit(main())
