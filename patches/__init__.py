"""Tutor patch files, one per patch name; a package so that an editable install finds them as data."""
