-- Addresses that are called when memories of a project change.
CREATE TABLE webhooks (
    seq         INTEGER PRIMARY KEY AUTOINCREMENT,
    id          TEXT NOT NULL UNIQUE,
    project     INTEGER NOT NULL REFERENCES projects (seq),
    created_at  INTEGER NOT NULL,
    updated_at  INTEGER NOT NULL,
    -- When an attempt last ended: of several that have something due, the one that waited longest is next.
    called_at   INTEGER NOT NULL DEFAULT 0,
    is_active   INTEGER NOT NULL,
    owner       TEXT NOT NULL,
    name        TEXT NOT NULL,
    url         TEXT NOT NULL,
    -- A JSON list.
    event_types TEXT NOT NULL,
    -- Needed to sign with, so not hashed.
    secret      TEXT NOT NULL
) STRICT;
CREATE INDEX webhooks_project ON webhooks (project);

-- The deliveries to webhooks and their outcomes. Written in the transaction of the change that they
-- report.
CREATE TABLE webhook_deliveries (
    seq             INTEGER PRIMARY KEY AUTOINCREMENT,
    id              TEXT NOT NULL UNIQUE,
    project         INTEGER NOT NULL REFERENCES projects (seq),
    webhook         INTEGER NOT NULL REFERENCES webhooks (seq),
    created_at      INTEGER NOT NULL,
    -- Set while it is to be sent.
    next_attempt_at INTEGER,
    last_attempt_at INTEGER,
    delivered_at    INTEGER,
    attempts        INTEGER NOT NULL DEFAULT 0,
    last_status     INTEGER,
    last_error      TEXT,
    event_type      TEXT NOT NULL,
    memory_id       TEXT NOT NULL,
    payload         TEXT NOT NULL
) STRICT;
CREATE INDEX webhook_deliveries_due     ON webhook_deliveries (webhook, next_attempt_at, seq)
    WHERE next_attempt_at IS NOT NULL;
CREATE INDEX webhook_deliveries_log     ON webhook_deliveries (webhook, created_at);
CREATE INDEX webhook_deliveries_project ON webhook_deliveries (project, memory_id);
