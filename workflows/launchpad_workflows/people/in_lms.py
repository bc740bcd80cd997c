"""What a run does inside Open edX. `./manage.py lms shell` gets the text of this file, so it imports nothing of ours.

The request comes as JSON without secrets in the environment, and a password as a file; or, without that variable, both on
standard input. The outcome goes to a file, or to standard output behind a mark. Everything happens, or nothing does.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

REQUEST, OUTCOME = "LAUNCHPAD_REQUEST", "LAUNCHPAD_OUTCOME"
PASSWORD = "/launchpad/person/password"
MARK = "launchpad-outcome: "
MOST = 500
"""How many people a list tells; the outcome must fit into a workflow's status."""
TOKENS = ("AccessToken", "RefreshToken", "Grant")


class Refusal(Exception):
    """It will not be done, for the reason that the text tells."""


def main() -> None:
    """Do what is asked for and tell what became of it."""
    given, password = _read()
    try:
        outcome = act(given, password)
    except Exception as error:  # noqa: BLE001 - whatever Open edX raises is told in one sentence, not in a traceback
        outcome = {"status": "failed", "details": [_explain(error, password)]}
    text = json.dumps(outcome)
    if REQUEST not in os.environ:
        print(MARK + text)  # noqa: T201 - this is how the outcome leaves the pod
        return
    Path(os.environ[OUTCOME]).write_text(text, encoding="utf-8")
    print("\n".join([outcome["status"], *outcome["details"]]))  # noqa: T201 - the log of the pod
    if outcome["status"] == "failed":
        sys.exit(1)


def act(given: dict[str, Any], password: str) -> dict[str, Any]:
    """The outcome of one request."""
    if given["action"] == "create":
        return create(given, password)
    return remove(given) if given["action"] == "remove" else people()


def create(given: dict[str, Any], password: str) -> dict[str, Any]:
    """Make the user, or make the one there is as asked for; what is not asked for stays."""
    from django.contrib.auth import get_user_model
    from django.db import transaction

    with transaction.atomic():
        user, status = _find(given), "updated"
        _refuse_taken(given)
        if user is None:
            user = get_user_model()(username=given["username"], email=given["email"])
            user.set_unusable_password()
            status = "created"
        changes = [*_flag(user, "is_active", True, "made active"), *_rights(user, given)]
        password_set = _set_password(user, given, password)
        changes += ["password set"] if password_set else []
        if status == "created" or changes:
            user.save()
        changes += [*_profile(user, given.get("name") or ""), *_let_in(user)]
        status = status if status == "created" or changes else "unchanged"
    return {"status": status, "details": changes, "password_set": password_set}


def remove(given: dict[str, Any]) -> dict[str, Any]:
    """End the user's access, and where that is asked for delete the account afterwards."""
    from django.db import transaction

    with transaction.atomic():
        user = _find(given)
        if user is None:
            return {"status": "absent", "details": []}
        _refuse_service(user)
        changes = [*_flag(user, "is_staff", False), *_flag(user, "is_superuser", False)]
        if user.has_usable_password():
            user.set_unusable_password()  # sessions hold a digest of the password, so this ends them
            changes.append("password taken away, sessions ended")
        if changes:
            user.save()
        changes += [*_shut_out(user), *_drop_tokens(user)]
    if given.get("delete"):
        return {"status": "deleted", "details": [*changes, *_delete(user)]}
    return {"status": "removed" if changes else "unchanged", "details": changes}


def people() -> dict[str, Any]:
    """Everybody with rights on the whole site."""
    from django.contrib.auth import get_user_model
    from django.db.models import Q

    found = get_user_model().objects.filter(Q(is_staff=True) | Q(is_superuser=True)).order_by("username")
    rows = [
        {
            "username": user.username,
            "email": user.email,
            "staff": user.is_staff,
            "superuser": user.is_superuser,
            "active": user.is_active,
            "password": user.has_usable_password(),
            "last_login": user.last_login.isoformat(timespec="seconds") if user.last_login else "",
        }
        for user in found[:MOST]
    ]
    return {"status": "listed", "details": [], "people": rows, "more": found.count() - len(rows)}


def _read() -> tuple[dict[str, Any], str]:
    if REQUEST not in os.environ:
        both = json.load(sys.stdin)
        return both["request"], both["password"]
    file = Path(PASSWORD)
    return json.loads(os.environ[REQUEST]), file.read_text(encoding="utf-8") if file.exists() else ""


def _explain(error: Exception, password: str) -> str:
    """One line without the password; what Open edX itself raises begins with its kind."""
    text = str(error) if isinstance(error, Refusal) else f"Open edX failed: {type(error).__name__}: {error}"
    line = " ".join(text.split())
    return line.replace(password, "«hidden»") if password else line


def _find(given: dict[str, Any]) -> Any:
    """The user of that name, locked; None where there is none. A name that may be somebody else's is refused."""
    from django.contrib.auth import get_user_model

    name, email = given["username"], given.get("email") or ""
    user = get_user_model().objects.select_for_update().filter(username__iexact=name).first()
    if user is None:
        return None
    if user.username != name:
        raise Refusal(f"There is a user {user.username!r}, and {name!r} differs from it in case alone.")
    if email and user.email.lower() != email.lower():
        raise Refusal(
            f"User {name!r} has another e-mail address, {user.email!r}, so it may be somebody else. Nothing was changed: "
            "name that address, or choose another user name."
        )
    return user


def _refuse_taken(given: dict[str, Any]) -> None:
    from django.contrib.auth import get_user_model

    others = get_user_model().objects.filter(email__iexact=given["email"]).exclude(username__iexact=given["username"])
    other = others.first()
    if other is not None:
        raise Refusal(f"The e-mail address {given['email']!r} is user {other.username!r}'s. Nothing was changed.")


def _refuse_service(user: Any) -> None:
    """Open edX's own programs log in as users, by an OAuth application of theirs."""
    from django.apps import apps

    if apps.is_installed("oauth2_provider"):
        owned = apps.get_model("oauth2_provider", "Application").objects.filter(user=user)
        names = ", ".join(sorted(str(one.name or one.client_id) for one in owned))
        if names:
            raise Refusal(
                f"Programs of this instance work as user {user.username!r} (OAuth applications: {names}) and would stop. "
                "Nothing was changed."
            )


def _rights(user: Any, given: dict[str, Any]) -> Iterable[str]:
    for field, wanted in (("is_staff", given.get("staff")), ("is_superuser", given.get("superuser"))):
        if wanted is not None:
            yield from _flag(user, field, wanted)


def _flag(user: Any, field: str, wanted: bool, words: str = "") -> Iterable[str]:
    if getattr(user, field) != wanted:
        setattr(user, field, wanted)
        yield words or f"{field.removeprefix('is_')} {'given' if wanted else 'taken away'}"


def _set_password(user: Any, given: dict[str, Any], password: str) -> bool:
    """Whether another one was set. A generated one is for users who have none yet."""
    from django.contrib.auth.password_validation import validate_password
    from django.core.exceptions import ValidationError

    if not password or (
        user.has_usable_password() and (given["password"] == "generated" or user.check_password(password))
    ):
        return False
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise Refusal(f"The instance does not take this password: {' '.join(error.messages)}") from None
    user.set_password(password)
    return True


def _profile(user: Any, name: str) -> Iterable[str]:
    """Every user of Open edX needs a profile; its name is the person's own."""
    from django.apps import apps

    profile, made = apps.get_model("student", "UserProfile").objects.get_or_create(user=user, defaults={"name": name})
    if made:
        yield "profile made"
    elif name and profile.name != name:
        profile.name = name
        profile.save()
        yield "name changed"


def _let_in(user: Any) -> Iterable[str]:
    from django.apps import apps

    standings = apps.get_model("student", "UserStanding").objects
    if standings.filter(user=user, account_status="disabled").update(account_status="enabled", changed_by=user):
        yield "account enabled"


def _shut_out(user: Any) -> Iterable[str]:
    """Open edX's own way to disable an account, which also shuts out who logs in elsewhere."""
    from django.apps import apps

    standings = apps.get_model("student", "UserStanding").objects
    if not standings.filter(user=user, account_status="disabled").exists():
        standings.update_or_create(user=user, defaults={"account_status": "disabled", "changed_by": user})
        yield "account disabled"


def _drop_tokens(user: Any) -> Iterable[str]:
    from django.apps import apps

    if apps.is_installed("oauth2_provider"):
        models = [apps.get_model("oauth2_provider", name) for name in TOKENS]
        if sum(model.objects.filter(user=user).delete()[0] for model in models):
            yield "access tokens deleted"


def _delete(user: Any) -> Iterable[str]:
    from django.db import transaction

    name = user.username
    try:
        with transaction.atomic():
            records, _ = user.delete()
    except Exception as error:
        raise Refusal(
            f"The access of user {name!r} has ended, but Open edX could not delete the account: {type(error).__name__}: {error}"
        ) from error
    yield f"account deleted, with {records - 1} records of its own"
