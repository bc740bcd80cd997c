"""Passwords that people give to a verb: in a file or on standard input, never as an argument."""

from __future__ import annotations

from typing import TextIO

import click


def read_text(file: TextIO) -> str:
    """What a file holds; a usage error where that is no text."""
    try:
        return file.read()
    except UnicodeDecodeError:
        raise click.UsageError(f"{file.name} is no text.") from None


def read_password(file: TextIO) -> str:
    """The one line of a file; a usage error where there is none or another."""
    password = read_text(file).rstrip("\r\n")
    if not password:
        raise click.UsageError("The password is empty: give a file that holds it, or - and write it to standard input.")
    if any(character in password for character in "\r\n\0"):
        raise click.UsageError("The password has more than one line: give a file that holds nothing else.")
    return password
