"""docs/mapping.md is up to date, and the check of it finds what is not so. Argument: the pawprint program."""
import os
import subprocess
import sys
import unittest

from sandbox_tree import ROOT, TreeTest

MAPPING = 'tools/dev/mapping'
BINARY = sys.argv.pop() if len(sys.argv) > 1 else ''


class Mapping(TreeTest):
    def setUp(self):
        super().setUp()
        for folder in ('deploy', 'docs', 'tests'):
            os.symlink(os.path.join(ROOT, folder), os.path.join(self.tree, folder))
        for name in ('mapping.py', 'fields.yaml'):
            with open(os.path.join(ROOT, MAPPING, name), encoding='utf-8') as source:
                self.write(f'{MAPPING}/{name}', source.read())

    def change(self, old, new):
        path = os.path.join(self.tree, MAPPING, 'fields.yaml')
        with open(path, encoding='utf-8') as source:
            text = source.read()
        self.assertIn(old, text)
        self.write(f'{MAPPING}/fields.yaml', text.replace(old, new))

    def check(self, *arguments):
        script = os.path.join(self.tree, MAPPING, 'mapping.py')
        run = subprocess.run([sys.executable, '-B', script, '--binary', BINARY, *arguments], capture_output=True, text=True, check=False)
        self.assertEqual(run.stdout, '')
        return run.returncode, run.stderr

    def assert_says(self, expected):
        code, said = self.check()
        self.assertEqual(code, 1, said)
        self.assertIn(expected, said)

    def test_up_to_date(self):
        self.assertEqual(self.check(), (0, ''))

    def test_page_of_yesterday(self):
        self.write('page.md', '# From the Gateway API to Kuma\n')
        code, said = self.check('--page', os.path.join(self.tree, 'page.md'))
        self.assertEqual(code, 1)
        self.assertIn('is not up to date', said)

    def test_field_of_which_nothing_is_said(self):
        self.change('at: [.gatewayClassName]', 'at: [.gatewayClassNames]')
        self.assert_says('nothing is said of Gateway .gatewayClassName')

    def test_entry_without_field(self):
        self.change('# ---- GatewayClass\n', '- kinds: [GatewayClass]\n  at: [.never]\n  rules: [labels/owner]\n')
        self.assert_says("no field of a spec is at ['.never']")

    def test_rule_that_does_not_exist(self):
        self.change('rules: [attachment/namespace_allowed]', 'rules: [attachment/never]')
        self.assert_says('names the rule attachment/never')

    def test_effect_where_none_is_said(self):
        self.change('value: {description: words}', 'value: {description: words, controllerName: example.com/other}')
        self.assert_says('is said to have no effect, and it has one')

    def test_feature_without_reason(self):
        self.change('features: [HTTPRouteCORS]', 'features: []')
        self.assert_says('does not say why these features are not claimed: HTTPRouteCORS')

    def test_feature_that_is_claimed(self):
        self.change('features: [HTTPRouteCORS]', 'features: [HTTPRouteCORS, TCPRoute]')
        self.assert_says('TCPRoute is claimed')


if __name__ == '__main__':
    unittest.main()
