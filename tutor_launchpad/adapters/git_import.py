"""The words of `git fast-import`, by which commits are made without a work tree."""

from __future__ import annotations

from collections.abc import Mapping


def data(content: bytes) -> bytes:
    """Content with its length before it."""
    return b"data %d\n%s\n" % (len(content), content)


def quoted(path: str) -> str:
    """A path as fast-import reads it."""
    escaped = path.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def whole_commit(reference: str, mark: int, parent: str, who: str, files: Mapping[str, bytes], message: str) -> bytes:
    """A commit that holds exactly these files. `parent`: a commit or a mark; empty for none."""
    head = f"commit {reference}\nmark :{mark}\ncommitter {who}\n".encode()
    since = f"from {parent}\ndeleteall\n".encode() if parent else b""
    lines = [b"M 100644 inline %s\n%s" % (quoted(path).encode(), data(content)) for path, content in files.items()]
    return b"".join([head, data(message.encode()), since, *lines, b"\n"])
