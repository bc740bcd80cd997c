"""A project as small as Open edX may be for the script about people: `./manage.py lms shell` in this folder."""
