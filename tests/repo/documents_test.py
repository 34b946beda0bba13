"""The check of the documents lets a right tree pass and finds each thing that is not so."""
import subprocess
import unittest

from sandbox_tree import TreeTest


class Documents(TreeTest):
    def setUp(self):
        super().setUp()
        subprocess.run(['git', 'init', '-q', self.tree], check=True)
        self.write('engine/rules/quirks.h', 'struct Quirks {\n  bool d01_one = false;  ///< See docs/quirks.md.\n};\n')
        self.write('engine/rules/one.cc', 'bool one(const Quirks& quirks) { return quirks.d01_one; }\n')
        self.write('docs/quirks.md', '| Flag | Kuma | We |\n|---|---|---|\n| `d01_one` | `x` | y |\n')
        self.write('README.md', 'See [the quirks](docs/quirks.md#top) and [others](https://example.com/x.md).\n')

    def test_clean(self):
        self.assert_clean('documents')

    def test_dead_link(self):
        self.write('docs/cli.md', '[gone](gone.md)\n')
        self.assert_finds('documents', 'docs/cli.md: there is no gone.md')

    def test_document_named_in_a_comment(self):
        self.write('store/log.h', '// docs/gone.md says more.\n')
        self.assert_finds('documents', 'store/log.h: there is no docs/gone.md')

    def test_flag_that_is_not_told(self):
        self.write('engine/rules/quirks.h', 'struct Quirks {\n  bool d01_one = false;\n  bool d02_two = false;\n};\n')
        self.assert_finds('documents', 'docs/quirks.md: d02_two is missing')

    def test_flag_that_nothing_reads(self):
        self.write('engine/rules/one.cc', 'bool one() { return false; }\n')
        self.assert_finds('documents', 'engine/rules/quirks.h: nothing reads d01_one')

    def test_flag_that_is_not_there(self):
        self.write('docs/quirks.md', '| `d01_one`, `d03_three` | x | y |\n')
        self.assert_finds('documents', 'engine/rules/quirks.h has no d03_three')


if __name__ == '__main__':
    unittest.main()
