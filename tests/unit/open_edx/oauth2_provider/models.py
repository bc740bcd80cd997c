"""What programs log in with."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.db import models


class Application(models.Model):
    """A program."""

    user = models.ForeignKey(User, null=True, on_delete=models.CASCADE)
    client_id = models.CharField(max_length=100)
    name = models.CharField(blank=True, max_length=255)


class AccessToken(models.Model):
    """Somebody's access for a while."""

    user = models.ForeignKey(User, on_delete=models.CASCADE)


class RefreshToken(models.Model):
    """A way to new access."""

    user = models.ForeignKey(User, on_delete=models.CASCADE)


class Grant(models.Model):
    """A login that is under way."""

    user = models.ForeignKey(User, on_delete=models.CASCADE)
