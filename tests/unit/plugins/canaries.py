"""Every secret setting of Tutor and the known plugins, with a value that occurs nowhere by chance.

Written down by hand from Tutor's and the plugins' sources: what our own rule finds would miss what the rule misses.
A release that adds a secret makes `test_canaries.py` fail until somebody has classified it here.
"""

from __future__ import annotations

import base64
import json

OPENEDX = {
    "CMS_OAUTH2_SECRET": "canary01-cms-oauth",
    "JWT_COMMON_SECRET_KEY": "canary02-jwt-common",
    "MEILISEARCH_API_KEY": "canary03a1b2c3d4e5f6",
    "MEILISEARCH_MASTER_KEY": "canary04-master",
    "MONGODB_PASSWORD": "can+05/x=@mongo",
    "MYSQL_ROOT_PASSWORD": "canary06",
    "OPENEDX_AWS_SECRET_ACCESS_KEY": "can07/aws+secret",
    "OPENEDX_MYSQL_PASSWORD": "canary08",
    "OPENEDX_SECRET_KEY": "canary09-edx-secret",
    "REDIS_PASSWORD": "can10:redis@x",
    "SMTP_PASSWORD": "can11 <smtp> & $x",
}
LAUNCHPAD = {
    "LAUNCHPAD_MONGODB_PASSWORD": "canary12-mongodb",
    "LAUNCHPAD_SEAL_KEY": "canary13-key-of-the-sealed-names",
    "LAUNCHPAD_STORAGE_SECRET_KEY": "canary14-storage",
}
DRYDOCK = {
    "DRYDOCK_NEWRELIC_LICENSE_KEY": "canary15newrelic",
    "MONGODB_ROOT_PASSWORD": "canary16-mongo-root",
}
CERTIFICATE_KEY = "CanaryTlsKey17-CanaryTlsKey17-CanaryTlsKey17"
REGISTRY = "CanaryRegistry18"
DBT_KEY_LINE = "b3BlbnNzaC1rZXktdjEAAAAACanary61AAAAA"

PLUGINS: dict[str, dict[str, str]] = {
    "credentials": {
        "CREDENTIALS_BACKEND_SERVICE_EDX_OAUTH2_SECRET": "canary20-credentials-backend",
        "CREDENTIALS_MYSQL_PASSWORD": "canary21",
        "CREDENTIALS_OAUTH2_SECRET": "canary22-credentials",
        "CREDENTIALS_OAUTH2_SECRET_DEV": "canary23-credentials-dev",
        "CREDENTIALS_OAUTH2_SECRET_SSO": "canary24-credentials-sso",
        "CREDENTIALS_OAUTH2_SECRET_SSO_DEV": "canary25-credentials-sso-dev",
        "CREDENTIALS_SOCIAL_AUTH_EDX_OAUTH2_SECRET": "canary26-credentials-social",
    },
    "discovery": {
        "DISCOVERY_MYSQL_PASSWORD": "canary27",
        "DISCOVERY_OAUTH2_SECRET": "canary28-discovery",
        "DISCOVERY_OAUTH2_SECRET_SSO": "canary29-discovery-sso",
        "DISCOVERY_SECRET_KEY": "canary30-discovery-key",
    },
    "forum": {},
    "indigo": {},
    "mfe": {},
    "minio": {"MINIO_AWS_SECRET_ACCESS_KEY": "can07/aws+secret"},
    "notes": {
        "NOTES_MYSQL_PASSWORD": "canary31",
        "NOTES_OAUTH2_SECRET": "canary32-notes",
        "NOTES_SECRET_KEY": "canary33-notes-key",
    },
    "xqueue": {
        "XQUEUE_AUTH_PASSWORD": "canary34-xqueue-auth",
        "XQUEUE_MYSQL_PASSWORD": "canary35",
        "XQUEUE_SECRET_KEY": "canary36-xqueue-key",
    },
    "aspects": {
        "ASPECTS_CLICKHOUSE_CMS_PASSWORD": "canary40-click-cms",
        "ASPECTS_CLICKHOUSE_LRS_PASSWORD": "canary41-click-lrs",
        "ASPECTS_CLICKHOUSE_REPORT_PASSWORD": "canary42-click-report",
        "ASPECTS_CLICKHOUSE_VECTOR_PASSWORD": "canary43-click-vector",
        "ASPECTS_XAPI_S3_SECRET_KEY": "can44/xapi+s3",
        "CLICKHOUSE_ADMIN_PASSWORD": "canary45-click-admin",
        "RALPH_ADMIN_HASHED_PASSWORD": "$2b$12$canary46ralphadminhashedpassword",
        "RALPH_ADMIN_PASSWORD": "canary47-ralph-admin",
        "RALPH_LMS_HASHED_PASSWORD": "$2b$12$canary48ralphlmshashedpassword",
        "RALPH_LMS_PASSWORD": "canary49-ralph-lms",
        "SUPERSET_ADMIN_PASSWORD": "canary50-superset-admin",
        "SUPERSET_DB_PASSWORD": "canary51",
        "SUPERSET_LMS_PASSWORD": "canary52-superset-lms",
        "SUPERSET_OAUTH2_CLIENT_SECRET": "canary53-superset-oauth",
        "SUPERSET_SECRET_KEY": "canary54-superset-key",
        "SUPERSET_SENTRY_DSN": "https://canary55aaaabbbbcccc@sentry.example.com/7",
    },
}
"""Plugin → its secret settings."""

NESTED: dict[str, object] = {
    # Aspects renders it between double quotes, so that line breaks must be written as escapes.
    "DBT_SSH_KEY": rf"-----BEGIN OPENSSH PRIVATE KEY-----\n{DBT_KEY_LINE}\n-----END OPENSSH PRIVATE KEY-----\n",
    "DRYDOCK_CUSTOM_CERTS": {
        "crt": base64.b64encode(b"a certificate, which is public").decode(),
        "key": base64.b64encode(CERTIFICATE_KEY.encode()).decode(),
        "secret_name": "site-certificate",
    },
    "DRYDOCK_REGISTRY_CREDENTIALS": json.dumps(
        {"auths": {"registry.example.com": {"username": "puller", "password": REGISTRY}}}
    ),
    "RALPH_EXTRA_SETTINGS": {"RALPH_SENTRY_DSN": "https://canary60aaaabbbbcccc@sentry.example.com/8"},
}
"""Settings a part of which is secret."""

CANARIES: dict[str, str] = {
    **OPENEDX,
    **LAUNCHPAD,
    **DRYDOCK,
    **{name: value for settings in PLUGINS.values() for name, value in settings.items()},
    "DBT_SSH_KEY": DBT_KEY_LINE,
    "DRYDOCK_CUSTOM_CERTS": CERTIFICATE_KEY,
    "DRYDOCK_REGISTRY_CREDENTIALS": REGISTRY,
    "RALPH_EXTRA_SETTINGS": "canary60aaaabbbbcccc",
}
"""Setting → what of it must not be readable."""

PUBLIC = {
    "ASPECTS_CLICKHOUSE_CMS_USER",
    "ASPECTS_CLICKHOUSE_LRS_USER",
    "ASPECTS_CLICKHOUSE_REPORT_USER",
    "ASPECTS_CLICKHOUSE_VECTOR_USER",
    "ASPECTS_XAPI_S3_ACCESS_KEY",
    "CLICKHOUSE_ADMIN_USER",
    "CLICKHOUSE_SECURE_CONNECTION",
    "CMS_OAUTH2_KEY_SSO",
    "CMS_OAUTH2_KEY_SSO_DEV",
    "CREDENTIALS_BACKEND_SERVICE_EDX_OAUTH2_KEY",
    "CREDENTIALS_OAUTH2_KEY",
    "CREDENTIALS_OAUTH2_KEY_DEV",
    "CREDENTIALS_OAUTH2_KEY_SSO",
    "CREDENTIALS_OAUTH2_KEY_SSO_DEV",
    "CREDENTIALS_SOCIAL_AUTH_EDX_OAUTH2_KEY",
    "DISCOVERY_OAUTH2_KEY",
    "DISCOVERY_OAUTH2_KEY_DEV",
    "DISCOVERY_OAUTH2_KEY_SSO",
    "DISCOVERY_OAUTH2_KEY_SSO_DEV",
    "DISCOVERY_ENABLE_PROGRAMS",
    "ENABLE_PROGRAMS",
    "FORUM_MONGODB_DATABASE",
    "ID",
    "MEILISEARCH_API_KEY_UID",
    "MONGODB_ROOT_USERNAME",
    "OPENEDX_AWS_ACCESS_KEY",
    "PLUGINS",
    "PLUGIN_INDEXES",
    "RALPH_ADMIN_USERNAME",
    "RALPH_LMS_USERNAME",
    "SUPERSET_ADMIN_USERNAME",
    "SUPERSET_LMS_USERNAME",
    "SUPERSET_OAUTH2_ACCESS_TOKEN_PATH",
    "SUPERSET_OAUTH2_CLIENT_ID",
    "SUPERSET_OAUTH2_CLIENT_ID_DEV",
    "SUPERSET_ROW_LEVEL_SECURITY_XAPI_GROUP_KEY",
}
"""Generated, or named as if they were secret, but ids, users' names and switches."""

SETTINGS: dict[str, object] = {
    **{name: value for name, value in CANARIES.items() if name not in NESTED},
    **NESTED,
    # Not secret, but generated: with its own random values each rendering would be another.
    "ID": "canaryid",
    "MEILISEARCH_API_KEY_UID": "3f6a9c1e-5b7d-4e2f-8a90-1b2c3d4e5f60",
    "SUPERSET_ADMIN_USERNAME": "superset-admin",
    "SUPERSET_LMS_USERNAME": "superset-lms",
    "SUPERSET_OAUTH2_CLIENT_ID": "superset-client",
    "SUPERSET_OAUTH2_CLIENT_ID_DEV": "superset-client-dev",
    "REDIS_USERNAME": "redis-user",
    "SMTP_USERNAME": "smtp-user",
    "RUN_RALPH": True,
    "RUN_VECTOR": False,
}
"""What config.yml of the test's roots holds. Vector reads the node's files, which no instance may."""
