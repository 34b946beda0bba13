#!/usr/bin/env python3
"""Checks every #include and every CMake LINK list against tools/dev/layers.json."""
import argparse
import json
import os
import re
import sys

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^">]+)[">]')
TARGET = re.compile(r'\b(add_library|add_executable|pawprint_\w+)\s*\(\s*([\w-]+)([^)]*)\)', re.S)
LINK = re.compile(r'\btarget_link_libraries\s*\(\s*([\w-]+)([^)]*)\)', re.S)
C_HEADERS = {f'{n}.h' for n in (
    'assert ctype errno float inttypes limits locale math setjmp stdarg stddef stdint stdio stdlib string time').split()}


def covers(folder, path):
    return path == folder or path.startswith(folder + '/')


def folder_rule(folders, path):
    matching = [f for f in folders if covers(f, path)]
    return max(matching, key=len) if matching else None


def library_of(libraries, header):
    for name, patterns in libraries.items():
        if name == 'about':
            continue
        for pattern in patterns:
            if header == pattern or (pattern.endswith('/') and header.startswith(pattern)):
                return name
    return None


def is_standard(header):
    return header in C_HEADERS or '.' not in header and '/' not in header


def check_include(rules, path, quote, header):
    """The complaint about one include, or None."""
    folder = folder_rule(rules['folders'], path)
    if folder is None:
        return 'lies in no folder of layers.json'
    rule = rules['folders'][folder]
    if quote == '"':
        if not any(covers(allowed, header) for allowed in rule['include']):
            return f'{folder} may not include "{header}"'
        return None
    if is_standard(header):
        return None
    library = library_of(rules['libraries'], header)
    if library is None:
        return f'<{header}> belongs to no library of layers.json'
    if library not in rule['use']:
        return f'{folder} may not use {library} (<{header}>)'
    return None


def walk(root, suffixes):
    for base, folders, files in os.walk(root):
        relative = os.path.relpath(base, root)
        if relative == '.':
            folders[:] = [f for f in folders if not f.startswith('.') and f not in ('build', 'bin')]
        for name in sorted(files):
            if name.endswith(suffixes):
                yield os.path.normpath(os.path.join(relative, name))


def include_complaints(root, rules):
    for path in walk(root, ('.h', '.cc')):
        with open(os.path.join(root, path), encoding='utf-8') as source:
            for number, line in enumerate(source, 1):
                match = INCLUDE.match(line)
                if match:
                    complaint = check_include(rules, path, *match.groups())
                    if complaint:
                        yield f'{path}:{number}: {complaint}'


def targets(root):
    """name -> (folder, names it links), read from the text of the CMake files."""
    found, links = {}, {}
    for path in walk(root, ('CMakeLists.txt',)):
        with open(os.path.join(root, path), encoding='utf-8') as source:
            text = re.sub(r'#.*', '', source.read())
        home = os.path.dirname(path)
        for _, name, body in TARGET.findall(text):
            words = body.split()
            sources = [os.path.normpath(os.path.join(home, w)) for w in words if w.endswith('.cc')]
            folder = os.path.commonpath([os.path.dirname(s) for s in sources]) if sources else home
            found[name] = folder
            links.setdefault(name, set()).update(words)
        for name, body in LINK.findall(text):
            links.setdefault(name, set()).update(body.split())
    return {name: (folder, {w for w in links[name] if w in found and w != name}) for name, folder in found.items()}


def link_complaints(root, rules):
    known = targets(root)
    for folder, banned in rules['never_linked'].items():
        if folder == 'about':
            continue
        for start in sorted(name for name, (home, _) in known.items() if covers(folder, home)):
            chains = [[start]]
            seen = {start}
            while chains:
                chain = chains.pop()
                for name in sorted(known[chain[-1]][1] - seen):
                    seen.add(name)
                    chains.append(chain + [name])
                    if any(covers(b, known[name][0]) for b in banned):
                        yield f'{folder}/CMakeLists.txt: {" -> ".join(chain + [name])} must not be linked'


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    here = os.path.dirname(os.path.abspath(__file__))
    parser.add_argument('--root', default=os.path.normpath(os.path.join(here, '../../..')))
    parser.add_argument('--rules', default=os.path.join(here, '../layers.json'))
    arguments = parser.parse_args()
    with open(arguments.rules, encoding='utf-8') as source:
        rules = json.load(source)
    complaints = list(include_complaints(arguments.root, rules)) + list(link_complaints(arguments.root, rules))
    for complaint in complaints:
        print(complaint)
    return 1 if complaints else 0


if __name__ == '__main__':
    sys.exit(main())
