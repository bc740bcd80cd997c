"""What Open edX keeps beside a user."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.db import models


class UserProfile(models.Model):
    """`name` is the person's own."""

    user = models.OneToOneField(User, related_name="profile", on_delete=models.CASCADE)
    name = models.CharField(blank=True, max_length=255)


class UserStanding(models.Model):
    """Whether the account is disabled."""

    user = models.OneToOneField(User, related_name="standing", on_delete=models.CASCADE)
    account_status = models.CharField(blank=True, max_length=31)
    changed_by = models.ForeignKey(User, blank=True, on_delete=models.CASCADE)
    standing_last_changed_at = models.DateTimeField(auto_now=True)


class Certificate(models.Model):
    """What keeps a user from being deleted, which Open edX's own do not; plugins' may."""

    user = models.ForeignKey(User, on_delete=models.PROTECT)
