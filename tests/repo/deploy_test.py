"""The deploy check passes on the real files and finds each thing that may not be in them."""
import os
import shutil
import unittest

from sandbox_tree import ROOT, TreeTest


class Deploy(TreeTest):
    def setUp(self):
        super().setUp()
        shutil.copytree(os.path.join(ROOT, 'deploy'), os.path.join(self.tree, 'deploy'),
                        ignore=shutil.ignore_patterns('crds'))

    def change(self, path, old, new):
        full = os.path.join(self.tree, path)
        with open(full, encoding='utf-8') as source:
            text = source.read()
        self.assertIn(old, text)
        with open(full, 'w', encoding='utf-8') as out:
            out.write(text.replace(old, new, 1))

    def test_as_it_is(self):
        self.assert_clean('deploy')

    def test_wildcard(self):
        self.change('deploy/base/rbac.yaml', 'verbs: [get, list, watch]', 'verbs: ["*"]')
        self.assert_finds('deploy', 'ClusterRole/pawprint has a wildcard')

    def test_one_right_more(self):
        self.change('deploy/base/rbac.yaml', 'resources: [configmaps, namespaces, services]', 'resources: [configmaps, namespaces, pods, services]')
        self.assert_finds('deploy', 'ClusterRole/pawprint grants')

    def test_one_right_less(self):
        self.change('deploy/secret-reader/rbac.yaml', 'verbs: [get, list, watch]', 'verbs: [get, list]')
        self.assert_finds('deploy', 'Role/pawprint-secret-reader grants')

    def test_forbidden_verb(self):
        self.change('deploy/base/rbac.yaml', 'verbs: [patch, update]', 'verbs: [patch, update, escalate]')
        self.assert_finds('deploy', 'may not have the verb escalate')

    def test_pod_must_be_restricted(self):
        self.change('deploy/base/statefulset.yaml', 'readOnlyRootFilesystem: true', 'readOnlyRootFilesystem: false')
        self.assert_finds('deploy', 'must have securityContext.readOnlyRootFilesystem = True')

    def test_probe(self):
        self.change('deploy/base/statefulset.yaml', '/readyz', '/healthz')
        self.assert_finds('deploy', 'must have a readinessProbe on /readyz')

    def test_resource_that_is_not_there(self):
        os.remove(os.path.join(self.tree, 'deploy/base/service.yaml'))
        self.assert_finds('deploy', 'there is no service.yaml')

    def test_role_that_is_not_there(self):
        os.remove(os.path.join(self.tree, 'deploy/secret-reader/rbac.yaml'))
        self.assert_finds('deploy', 'Role/pawprint-secret-reader of the table does not exist')

    def test_broken_yaml(self):
        self.write('deploy/base/service.yaml', 'kind: [\n')
        self.assert_finds('deploy', 'does not parse')


if __name__ == '__main__':
    unittest.main()
