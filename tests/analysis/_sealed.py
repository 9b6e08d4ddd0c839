"""Result files that a test writes or changes by h5py, and that end with the program's seal none the less."""
import pathlib

import h5py
import xxhash

MARK, SIZE = b"KURULTAI", 24


def seal(path):
    """Adds the seal to a file, or renews it."""
    path = pathlib.Path(path)
    content = path.read_bytes()
    if content[-SIZE:].startswith(MARK):
        content = content[:-SIZE]
    path.write_bytes(content + MARK + xxhash.xxh3_128(content).digest())
    return path


class File(h5py.File):
    """An h5py.File that is sealed when the block that wrote it ends."""

    def __exit__(self, *error):
        path = self.filename
        super().__exit__(*error)
        seal(path)
