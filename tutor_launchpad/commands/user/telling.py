"""Users in words for people."""

from __future__ import annotations

from tutor_launchpad.core.users.memberships import TITLES, UserList, UserResult


def changed_lines(result: UserResult) -> list[str]:
    """What was done to a user, with what lets them in."""
    where = " and ".join(TITLES[system] for system in result.systems)
    state = "" if result.enabled else ", and is disabled"
    if not result.changed:
        return [
            f"User {result.user} has the role {result.role} in {where} already{state}; nothing was changed.",
            "A password or token is shown only when it is made; `tutor launchpad user update` makes new ones.",
        ]
    lines = [f"User {result.user} has the role {result.role} in {where}{state}."]
    for one in result.credentials:
        until = f" until {one.expires}" if one.expires else ""
        lines.append(f"  {one.kind} for {TITLES[one.system]}{until}: {one.value}")
    if result.credentials:
        lines.append("This is shown once and kept nowhere: hand it over on a safe way.")
    return lines


def deleted_lines(result: UserResult) -> list[str]:
    """What has ended."""
    where = " and ".join(TITLES[system] for system in result.systems)
    return [f"User {result.user} is gone from {where}; sessions and tokens have ended."]


def list_lines(found: UserList) -> list[str]:
    """A line for each account and team."""
    lines = []
    for user in found.users:
        notes = [
            *([] if user.enabled else ["disabled"]),
            *([] if user.ours else ["not made by Launchpad"]),
            *user.notes,
        ]
        where = ", ".join(TITLES[system] for system in user.systems)
        lines.append(f"{user.name:20} {user.role or '-':12} {where:24} {'; '.join(notes)}".rstrip())
    lines += [
        f"{team.name:20} {team.role:12} {TITLES[team.system]:24} team of the single sign-on" for team in found.teams
    ]
    return lines or ["Nobody may log in."]
