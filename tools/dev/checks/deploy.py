#!/usr/bin/env python3
"""Checks deploy/: every file parses, kustomizations name files that exist, the pod is restricted, and the rights are those of
tests/repo/rbac.json, no more and no less."""
import argparse
import json
import os
import sys

import yaml

FORBIDDEN_VERBS = {'escalate', 'bind', 'impersonate', 'deletecollection'}
RESTRICTED_POD = {'runAsNonRoot': True, 'runAsUser': 65532, 'seccompProfile': {'type': 'RuntimeDefault'}}
RESTRICTED_CONTAINER = {'allowPrivilegeEscalation': False, 'readOnlyRootFilesystem': True, 'capabilities': {'drop': ['ALL']}}


def documents(root):
    """(path, document) of every YAML file of deploy/ but the CRDs, which are other projects' files."""
    for base, folders, files in os.walk(os.path.join(root, 'deploy')):
        folders[:] = sorted(f for f in folders if f != 'crds')
        for name in sorted(files):
            if name.endswith(('.yaml', '.yml')):
                path = os.path.join(base, name)
                with open(path, encoding='utf-8') as source:
                    for document in yaml.safe_load_all(source):
                        yield os.path.relpath(path, root), document


def grants(role):
    """API group -> resource, with its names in brackets -> verbs, of one Role or ClusterRole."""
    table = {}
    for rule in role['rules']:
        names = '[' + ' '.join(rule['resourceNames']) + ']' if 'resourceNames' in rule else ''
        for group in rule['apiGroups']:
            for resource in rule['resources']:
                row = table.setdefault(group, {})
                row[resource + names] = row.get(resource + names, frozenset()) | set(rule['verbs'])
    return {group: {r: ' '.join(sorted(v)) for r, v in rows.items()} for group, rows in table.items()}


def role_complaints(path, role, table):
    name = f'{role["kind"]}/{role["metadata"]["name"]}'
    text = json.dumps(role['rules'])
    if '*' in text:
        yield f'{path}: {name} has a wildcard'
    for verb in sorted(FORBIDDEN_VERBS & {v for rule in role['rules'] for v in rule['verbs']}):
        yield f'{path}: {name} may not have the verb {verb}'
    if grants(role) != table.get(name):
        yield f'{path}: {name} grants {json.dumps(grants(role), sort_keys=True)}, the table {json.dumps(table.get(name), sort_keys=True)}'


def kustomization_complaints(root, path, document):
    for resource in document.get('resources', []):
        if not os.path.exists(os.path.join(root, os.path.dirname(path), resource)):
            yield f'{path}: there is no {resource}'


def pod_complaints(path, workload):
    pod = workload['spec']['template']['spec']
    for key, value in RESTRICTED_POD.items():
        if pod.get('securityContext', {}).get(key) != value:
            yield f'{path}: the pod must have securityContext.{key} = {value}'
    for container in pod['containers']:
        for key, value in RESTRICTED_CONTAINER.items():
            if container.get('securityContext', {}).get(key) != value:
                yield f'{path}: container {container["name"]} must have securityContext.{key} = {value}'
        for probe, answer in (('startupProbe', '/startupz'), ('livenessProbe', '/livez'), ('readinessProbe', '/readyz')):
            if container.get(probe, {}).get('httpGet', {}).get('path') != answer:
                yield f'{path}: container {container["name"]} must have a {probe} on {answer}'
        if 'memory' not in container.get('resources', {}).get('limits', {}):
            yield f'{path}: container {container["name"]} has no memory limit'


def config_complaints(path, config_map):
    config = yaml.safe_load(config_map['data']['config.yaml'])
    if (config.get('apiVersion'), config.get('kind')) != ('pawprint.dev/v1alpha1', 'Config'):
        yield f'{path}: config.yaml is not a pawprint.dev/v1alpha1 Config'


def complaints(root, table):
    seen = set()
    for path, document in documents(root):
        kind = (document or {}).get('kind')
        if kind is None:
            yield f'{path}: a document without kind'
        elif kind in ('Role', 'ClusterRole'):
            seen.add(f'{kind}/{document["metadata"]["name"]}')
            yield from role_complaints(path, document, table)
        elif kind in ('Kustomization', 'Component'):
            yield from kustomization_complaints(root, path, document)
        elif kind == 'StatefulSet':
            yield from pod_complaints(path, document)
        elif kind == 'ConfigMap':
            yield from config_complaints(path, document)
    for name in sorted(set(table) - {'about'} - seen):
        yield f'deploy: {name} of the table does not exist'


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    here = os.path.dirname(os.path.abspath(__file__))
    parser.add_argument('--root', default=os.path.normpath(os.path.join(here, '../../..')))
    arguments = parser.parse_args()
    with open(os.path.join(here, '../../../tests/repo/rbac.json'), encoding='utf-8') as source:
        table = json.load(source)
    try:
        found = list(complaints(arguments.root, table))
    except yaml.YAMLError as error:
        found = [f'deploy: does not parse: {error}']
    for complaint in found:
        print(complaint)
    return 1 if found else 0


if __name__ == '__main__':
    sys.exit(main())
