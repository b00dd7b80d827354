-- Times are microseconds since 1970-01-01T00:00:00Z, dates are YYYY-MM-DD, JSON is text.

CREATE TABLE settings (
    key   TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT;

-- One row for each accepted request that changes memories. PENDING rows are the job queue, in the
-- order of seq; a memory remembers the seq of the event that added it.
CREATE TABLE events (
    seq          INTEGER PRIMARY KEY AUTOINCREMENT,
    id           TEXT NOT NULL UNIQUE,
    event_type   TEXT NOT NULL,
    status       TEXT NOT NULL,
    user_id      TEXT,
    agent_id     TEXT,
    app_id       TEXT,
    run_id       TEXT,
    created_at   INTEGER NOT NULL,
    updated_at   INTEGER NOT NULL,
    started_at   INTEGER,
    completed_at INTEGER,
    error        TEXT,
    metadata     TEXT,
    results      TEXT NOT NULL DEFAULT '[]',
    payload      TEXT NOT NULL
) STRICT;
CREATE INDEX events_pending ON events (seq) WHERE status = 'PENDING';

-- Small columns first: a scan of a scope then leaves long texts on their overflow pages.
CREATE TABLE memories (
    seq             INTEGER PRIMARY KEY AUTOINCREMENT,
    id              TEXT NOT NULL UNIQUE,
    created_at      INTEGER NOT NULL,
    updated_at      INTEGER NOT NULL,
    expiration_date TEXT,
    immutable       INTEGER NOT NULL,
    event_seq       INTEGER NOT NULL,
    position        INTEGER NOT NULL,
    scope_key       BLOB NOT NULL,
    text_hash       BLOB NOT NULL,
    user_id         TEXT,
    agent_id        TEXT,
    app_id          TEXT,
    run_id          TEXT,
    role            TEXT NOT NULL,
    actor           TEXT,
    categories      TEXT,
    metadata        TEXT,
    text            TEXT NOT NULL
) STRICT;
CREATE INDEX memories_user  ON memories (user_id, created_at);
CREATE INDEX memories_agent ON memories (agent_id, created_at);
CREATE INDEX memories_app   ON memories (app_id, created_at);
CREATE INDEX memories_run   ON memories (run_id, created_at);
CREATE INDEX memories_text  ON memories (scope_key, text_hash);

-- What search reads: the scope as hashed tokens, the analysed terms, the embedding.
CREATE TABLE memory_index (
    seq    INTEGER PRIMARY KEY,
    vector BLOB NOT NULL,
    scope  TEXT NOT NULL,
    terms  TEXT NOT NULL
) STRICT;
CREATE VIRTUAL TABLE memory_terms USING fts5 (
    scope,
    terms,
    content = 'memory_index',
    content_rowid = 'seq',
    detail = 'column',
    tokenize = 'unicode61 remove_diacritics 0'
);
-- A deleted memory's terms leave the file at once instead of at some later merge.
INSERT INTO memory_terms (memory_terms, rank) VALUES ('secure-delete', 1);

CREATE TABLE history (
    seq        INTEGER PRIMARY KEY AUTOINCREMENT,
    id         TEXT NOT NULL UNIQUE,
    memory_id  TEXT NOT NULL,
    event      TEXT NOT NULL,
    user_id    TEXT,
    agent_id   TEXT,
    app_id     TEXT,
    run_id     TEXT,
    created_at INTEGER NOT NULL,
    categories TEXT,
    metadata   TEXT,
    input      TEXT NOT NULL,
    old_memory TEXT,
    new_memory TEXT
) STRICT;
CREATE INDEX history_memory ON history (memory_id);
CREATE INDEX history_user   ON history (user_id)  WHERE user_id IS NOT NULL;
CREATE INDEX history_agent  ON history (agent_id) WHERE agent_id IS NOT NULL;
CREATE INDEX history_app    ON history (app_id)   WHERE app_id IS NOT NULL;
CREATE INDEX history_run    ON history (run_id)   WHERE run_id IS NOT NULL;

CREATE TABLE entities (
    seq        INTEGER PRIMARY KEY AUTOINCREMENT,
    id         TEXT NOT NULL UNIQUE,
    kind       TEXT NOT NULL,
    name       TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    metadata   TEXT,
    UNIQUE (kind, name)
) STRICT;
