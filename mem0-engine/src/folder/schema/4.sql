-- The name that a caller gave an entity on creation, next to its id.
ALTER TABLE entities ADD COLUMN title TEXT;

-- The judgements of memories. A judgement is deleted with its memory.
CREATE TABLE feedback (
    memory_id  TEXT PRIMARY KEY REFERENCES memories (id) ON DELETE CASCADE,
    id         TEXT NOT NULL,
    feedback   TEXT,
    reason     TEXT,
    updated_at INTEGER NOT NULL
) STRICT;

-- How often memories were read. The scopes are those of the reader, as in api_keys, or '' for
-- readers of the whole project: nobody may notice the reads of others.
CREATE TABLE retrievals (
    project INTEGER NOT NULL REFERENCES projects (seq),
    scopes  TEXT NOT NULL,
    count   INTEGER NOT NULL,
    PRIMARY KEY (project, scopes)
) STRICT, WITHOUT ROWID;

CREATE TABLE profile_settings (
    project             INTEGER PRIMARY KEY REFERENCES projects (seq),
    enabled             INTEGER NOT NULL DEFAULT 0,
    schema              TEXT,
    custom_instructions TEXT
) STRICT;

-- Jobs are recognised by their key and by the hash of their request.
CREATE TABLE profile_jobs (
    seq             INTEGER PRIMARY KEY AUTOINCREMENT,
    id              TEXT NOT NULL UNIQUE,
    project         INTEGER NOT NULL REFERENCES projects (seq),
    scopes          TEXT NOT NULL,
    idempotency_key TEXT NOT NULL,
    request_hash    BLOB NOT NULL,
    operation       TEXT NOT NULL,
    status          TEXT NOT NULL,
    entity_ids      TEXT NOT NULL,
    total           INTEGER NOT NULL,
    succeeded       INTEGER NOT NULL,
    failed          INTEGER NOT NULL,
    skipped         INTEGER NOT NULL,
    created_at      INTEGER NOT NULL,
    UNIQUE (project, scopes, idempotency_key)
) STRICT;
