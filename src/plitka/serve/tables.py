"""The tables of the database, as `migrations` makes them.

Times are seconds since 1970 in UTC.
"""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    UniqueConstraint,
    text,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

keys = Table(
    "keys",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("name", String(200), nullable=False),
    Column("role", String(16), nullable=False),
    Column("salt", LargeBinary, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    Column("per_minute", Integer),
    Column("daily", Integer),
    Column("created_at", Double, nullable=False),
    Column("expires_at", Double),
    Column("revoked_at", Double),
    Column("concurrency", Integer),
    Column("addresses", JSON(none_as_null=True)),
    Column("webhook_hosts", JSON(none_as_null=True)),
    Column("last_used_at", Double),
    Column("old_salt", LargeBinary),
    Column("old_hash", LargeBinary),
    Column("old_until", Double),
    Column("keep_days", Double),
    Column("keep_bytes", BigInteger),
)

jobs = Table(
    "jobs",
    metadata,
    Column("number", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("id", String(32), nullable=False, unique=True),
    Column("key_id", String(32), ForeignKey("keys.id"), nullable=False),
    Column("state", String(16), nullable=False),
    Column("request", JSON, nullable=False),
    Column("priority", Integer, nullable=False),
    Column("created_at", Double, nullable=False),
    Column("deadline_at", Double),
    Column("started_at", Double),
    Column("finished_at", Double),
    Column("n_starts", Integer, nullable=False),
    Column("request_id", String(64), nullable=False),
    Column("idempotency_key", String(255)),
    Column("webhook", JSON),
    Column("webhook_due", Boolean, nullable=False),
    Column("picture", String(64)),
    Column("result", JSON),
    Column("error", JSON),
    Column("model", String(200)),
    Column("deleted_at", Double),
    Column("is_favourite", Boolean, nullable=False),
    Column("n_bytes", BigInteger),
    # Of a queue that several workers take from (`plitka.serve.leases`); only the first is a job's own.
    Column("turn", BigInteger),
    Column("owner", String(32)),
    Column("stop", String(16)),
    Column("is_watched", Boolean),
    # Last, and apart from what names them: a list of jobs reads the columns before it alone.
    Column("masks", JSON(none_as_null=True)),
    UniqueConstraint("key_id", "idempotency_key"),
    Index(None, "key_id", "number"),
    Index(None, "state"),
    Index(None, "picture"),
    Index("ix_jobs_key_id_n_bytes", "key_id", "n_bytes"),
    Index(
        "ix_jobs_owned",
        "owner",
        sqlite_where=text("owner IS NOT NULL"),
        postgresql_where=text("owner IS NOT NULL"),
    ),
    Index(
        "ix_jobs_kept",
        "number",
        sqlite_where=text("deleted_at IS NULL"),
        postgresql_where=text("deleted_at IS NULL"),
    ),
)

LEASE = ("owner", "stop", "is_watched")
"""Columns of a job that are its lease's: who has it, why it is to stop, and whether somebody would look at previews."""

IS_KEY = keys.c.hash != b""
"""Not the row of those who come without a key."""

secrets = Table(
    "secrets",
    metadata,
    Column("name", String(32), primary_key=True),
    Column("value", LargeBinary, nullable=False),
)

sessions = Table(
    "sessions",
    metadata,
    Column("hash", LargeBinary, primary_key=True),
    Column("key_id", String(32), ForeignKey("keys.id"), nullable=False),
    Column("expires_at", Double, nullable=False),
    Index(None, "expires_at"),
)

day_uses = Table(
    "day_uses",
    metadata,
    Column("key_id", String(32), ForeignKey("keys.id"), primary_key=True),
    Column("n", Integer, nullable=False),
    Column("left_s", Double, nullable=False),
    Column("written_at", Double, nullable=False),
)
"""What each key has used up of its day, and what was left of that day when it was written."""

workers = Table(
    "workers",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("place", String(100), nullable=False),
    Column("pid", Integer, nullable=False),
    Column("name", String(100), nullable=False),
    Column("life", String(16), nullable=False),
    Column("model", String(200)),
    Column("defaults", JSON(none_as_null=True)),
    Column("beat", BigInteger, nullable=False),
    Column("progress", JSON, nullable=False),
    Column("previews", JSON, nullable=False),
    Column("figures", JSON, nullable=False),
)
"""Processes that take jobs from the queue; `beat` grows as long as one lives."""

audit = Table(
    "audit",
    metadata,
    Column("number", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("at", Double, nullable=False),
    Column("actor", String(32), nullable=False),
    Column("action", String(32), nullable=False),
    Column("subject", String(64), nullable=False),
    Column("details", JSON, nullable=False),
)
"""What operators have done; the actor is a key's id, or the command line."""
