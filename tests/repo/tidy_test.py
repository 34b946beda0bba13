"""The tidy check lets a clean tree pass and finds each thing that it bans."""
import json
import os
import subprocess
import unittest

from sandbox_tree import ROOT, TreeTest

CLEAN = '// What it is for.\n#pragma once\n\n/// One.\ninline int one() { return 1; }\n'


class Tidy(TreeTest):
    def setUp(self):
        super().setUp()
        subprocess.run(['git', 'init', '-q', self.tree], check=True)
        with open(os.path.join(ROOT, 'tools/dev/tidy.json'), encoding='utf-8') as source:
            self.rules = json.load(source)
        self.rules['engine_allows'] = []
        self.write('engine/one.h', CLEAN)

    def arguments(self):
        path = os.path.join(self.tree, '.git/rules.json')
        with open(path, 'w', encoding='utf-8') as out:
            json.dump(self.rules, out)
        return ['--rules', path]

    def finds(self, expected):
        self.assert_finds('tidy', expected, *self.arguments())

    def test_clean(self):
        self.write('engine/two.cc', '#include "engine/one.h"\n// time(nullptr), rand() and double in a comment\n'
                                    'const char* kText = "getenv() std::mutex";\nlong long_time(int at_time);\n')
        self.assert_clean('tidy', *self.arguments())

    def test_every_ban_of_the_engine_bites(self):
        examples = {
            'clock': ['auto t = std::chrono::system_clock::now();', 'auto t = time(nullptr);', 'const char* d = __DATE__;'],
            'randomness': ['int x = rand();', 'std::random_device device;'],
            'environment': ['auto* p = std::getenv("A");'],
            'input_output': ['#include <fstream>', 'void f() { std::cerr << 1; }', 'void f() { printf("x"); }'],
            'threads': ['std::mutex m;', '#include <thread>', 'std::atomic<int> a;', 'thread_local int x;'],
            'locale': ['#include <locale>', 'std::regex r("a");', 'bool b = std::isalpha(c);'],
            'floating_point': ['double x;', 'float x;'],
            'unordered': ['std::unordered_map<int, int> m;'],
            'hash': ['std::hash<int> h;'],
            'pointer_order': ['std::map<const Node*, int> m;', 'std::set<Node *> s;', 'auto i = (uintptr_t)p;'],
        }
        self.assertEqual(set(examples), set(self.rules['engine_bans']) - {'about'})
        for ban, lines in examples.items():
            for line in lines:
                self.write('engine/two.cc', '// It.\n' + line + '\n')
                self.finds(f'engine/two.cc:2: banned ({ban})')

    def test_allowance_silences_one_file_and_must_be_needed(self):
        self.write('engine/two.cc', 'double x;\n')
        self.rules['engine_allows'] = [{'file': 'engine/two.cc', 'ban': 'floating_point', 'reason': 'a test'}]
        self.assert_clean('tidy', *self.arguments())
        self.write('engine/two.cc', 'int x;\n')
        self.finds('the allowance of floating_point in engine/two.cc is not needed')

    def test_bans_hold_everywhere(self):
        self.write('store/log.cc', 'void f(int x) { assert(x); static_assert(true); }\n')
        self.finds('store/log.cc:1: banned (assert): "assert("')
        self.write('store/log.cc', 'class LogManager;\n')
        self.finds('banned (vague_name)')

    def test_lengths(self):
        body = '  x();\n' * 59
        self.write('store/log.cc', 'void f() {\n' + body[:-7] + '}\n')
        self.assert_clean('tidy', *self.arguments())
        self.write('store/log.cc', 'void f() {\n' + body + '}\n')
        self.finds('store/log.cc:1: f has 61 lines')
        self.write('store/log.cc', 'int x;\n' * 501)
        self.finds('store/log.cc:1: 501 lines')
        self.write('store/log.cc', '')
        self.write('tools/dev/checks/x.py', 'def g():\n' + '    g()\n' * 60)
        self.finds('tools/dev/checks/x.py:1: g has 61 lines')

    def test_headers(self):
        self.write('store/log.h', '#pragma once\n')
        self.finds('a header begins with a comment')
        self.write('store/log.h', '// The log.\n')
        self.finds('a header has #pragma once')

    def test_stray_files_and_build_products(self):
        self.write('notes.txt', 'x\n')
        self.finds('notes.txt: a stray file')
        self.write('engine/one.o', 'x\n')
        self.finds('engine/one.o: a build product')

    def test_unfinished_work(self):
        self.write('store/log.cc', '// TO' 'DO: more\n')
        self.finds('store/log.cc:1: "TO' 'DO" marks unfinished work')


if __name__ == '__main__':
    unittest.main()
