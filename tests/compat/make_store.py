#!/usr/bin/env python3
"""Makes the kept store of a format: make_store.py BUILD_DIRECTORY NAME, with NAME format-1, format-2, ...

Only for a format that was not released yet. A store that a release wrote stays as it is: it is there to be read.
"""
import pathlib
import subprocess
import sys
import tarfile
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
MOST_BYTES = 300_000


def plain(info):
    """Nothing of whoever made it."""
    info.uid = info.gid = info.mtime = 0
    info.uname = info.gname = ''
    return info


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    build, name = pathlib.Path(sys.argv[1]), sys.argv[2]
    archive = HERE / f'{name}.tar.gz'
    with tempfile.TemporaryDirectory() as folder:
        store = pathlib.Path(folder) / 'store'
        made = subprocess.run([build / 'tests/compat/compat_make_store', store], capture_output=True, text=True, check=True)
        for log in store.glob('LOG*'):
            log.unlink()  # RocksDB's messages name the directory.
        with tarfile.open(archive, 'w:gz') as tar:
            for path in sorted(store.iterdir()):
                tar.add(path, f'store/{path.name}', filter=plain)
    (HERE / f'{name}.json').write_text(made.stdout, encoding='utf-8')
    size = archive.stat().st_size
    print(f'{archive}: {size} bytes')
    if size > MOST_BYTES:
        sys.exit('too large to keep')


if __name__ == '__main__':
    main()
