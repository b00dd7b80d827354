-- Everything belongs to a project, and a project to an organization. The data of an older folder
-- goes to the default project, which is row 1. Tables are created anew, since a column at the end
-- of a row would be behind its long texts.

CREATE TABLE organizations (
    seq        INTEGER PRIMARY KEY AUTOINCREMENT,
    id         TEXT NOT NULL UNIQUE,
    name       TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    -- Set while its projects are being erased.
    deleted_at INTEGER
) STRICT;
CREATE TABLE organization_members (
    organization INTEGER NOT NULL REFERENCES organizations (seq),
    email        TEXT NOT NULL,
    role         TEXT NOT NULL,
    PRIMARY KEY (organization, email)
) STRICT, WITHOUT ROWID;

CREATE TABLE projects (
    seq                       INTEGER PRIMARY KEY AUTOINCREMENT,
    id                        TEXT NOT NULL UNIQUE,
    organization              INTEGER NOT NULL REFERENCES organizations (seq),
    name                      TEXT NOT NULL,
    description               TEXT,
    created_at                INTEGER NOT NULL,
    updated_at                INTEGER NOT NULL,
    -- Set while its rows are being erased.
    deleted_at                INTEGER,
    custom_instructions       TEXT,
    agent_custom_instructions TEXT,
    custom_categories         TEXT,
    multilingual              INTEGER NOT NULL DEFAULT 0,
    decay                     INTEGER NOT NULL DEFAULT 0,
    enable_graph              INTEGER NOT NULL DEFAULT 0,
    memory_depth              TEXT,
    usecase                   TEXT,
    version                   TEXT,
    -- A JSON object of the settings that nothing here reads.
    settings                  TEXT NOT NULL DEFAULT '{}'
) STRICT;
CREATE INDEX projects_organization ON projects (organization);
CREATE TABLE project_members (
    project INTEGER NOT NULL REFERENCES projects (seq),
    email   TEXT NOT NULL,
    role    TEXT NOT NULL,
    PRIMARY KEY (project, email)
) STRICT, WITHOUT ROWID;

CREATE TABLE api_keys (
    seq        INTEGER PRIMARY KEY AUTOINCREMENT,
    id         TEXT NOT NULL UNIQUE,
    -- SHA-256 of the key, in hex.
    hash       TEXT NOT NULL UNIQUE,
    name       TEXT NOT NULL,
    project    INTEGER NOT NULL REFERENCES projects (seq),
    owner      TEXT NOT NULL,
    -- A JSON list of the entities that it is bound to; null is the whole project.
    scopes     TEXT,
    read_only  INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    revoked_at INTEGER
) STRICT;
CREATE INDEX api_keys_project ON api_keys (project);

INSERT INTO organizations (seq, id, name, created_at, updated_at)
SELECT 1, uuid, 'Default organization', now, now FROM (
    SELECT lower(hex(randomblob(4)) || '-' || hex(randomblob(2)) || '-4' || substr(hex(randomblob(2)), 2)
                 || '-8' || substr(hex(randomblob(2)), 2) || '-' || hex(randomblob(6))) AS uuid,
           unixepoch() * 1000000 AS now
);
INSERT INTO projects (seq, id, organization, name, created_at, updated_at)
SELECT 1, uuid, 1, 'Default project', now, now FROM (
    SELECT lower(hex(randomblob(4)) || '-' || hex(randomblob(2)) || '-4' || substr(hex(randomblob(2)), 2)
                 || '-8' || substr(hex(randomblob(2)), 2) || '-' || hex(randomblob(6))) AS uuid,
           unixepoch() * 1000000 AS now
);
INSERT INTO organization_members VALUES (1, 'local@localhost', 'OWNER');
INSERT INTO project_members VALUES (1, 'local@localhost', 'OWNER');

-- The key that the server made for the folder.
INSERT INTO api_keys (id, hash, name, project, owner, read_only, created_at)
SELECT lower(hex(randomblob(4)) || '-' || hex(randomblob(2)) || '-4' || substr(hex(randomblob(2)), 2)
             || '-8' || substr(hex(randomblob(2)), 2) || '-' || hex(randomblob(6))),
       value, 'First key', 1, 'local@localhost', 0, unixepoch() * 1000000
FROM settings WHERE key = 'api_key_sha256' AND length(value) = 64;
DELETE FROM settings WHERE key = 'api_key_sha256';

ALTER TABLE events RENAME TO old_events;
ALTER TABLE memories RENAME TO old_memories;
ALTER TABLE history RENAME TO old_history;
ALTER TABLE entities RENAME TO old_entities;
ALTER TABLE exports RENAME TO old_exports;

CREATE TABLE events (
    seq          INTEGER PRIMARY KEY AUTOINCREMENT,
    id           TEXT NOT NULL UNIQUE,
    project      INTEGER NOT NULL REFERENCES projects (seq),
    -- 1 for an add whose memories may each belong to the user or to the agent alone.
    split        INTEGER NOT NULL DEFAULT 0,
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

CREATE TABLE memories (
    seq             INTEGER PRIMARY KEY AUTOINCREMENT,
    id              TEXT NOT NULL UNIQUE,
    project         INTEGER NOT NULL REFERENCES projects (seq),
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

CREATE TABLE history (
    seq        INTEGER PRIMARY KEY AUTOINCREMENT,
    id         TEXT NOT NULL UNIQUE,
    project    INTEGER NOT NULL REFERENCES projects (seq),
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

CREATE TABLE entities (
    seq        INTEGER PRIMARY KEY AUTOINCREMENT,
    id         TEXT NOT NULL UNIQUE,
    project    INTEGER NOT NULL REFERENCES projects (seq),
    kind       TEXT NOT NULL,
    name       TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    metadata   TEXT,
    UNIQUE (project, kind, name)
) STRICT;

CREATE TABLE exports (
    seq        INTEGER PRIMARY KEY AUTOINCREMENT,
    id         TEXT NOT NULL UNIQUE,
    project    INTEGER NOT NULL REFERENCES projects (seq),
    -- The scopes of who asked, as in api_keys: only who has the same may read it.
    scopes     TEXT,
    created_at INTEGER NOT NULL,
    filter     TEXT NOT NULL,
    schema     TEXT NOT NULL
) STRICT;

-- Numbers continue from the old ones, so that the number of an event is never used twice.
INSERT INTO sqlite_sequence (name, seq)
SELECT substr(name, 5), seq FROM sqlite_sequence WHERE substr(name, 1, 4) = 'old_';

INSERT INTO events
SELECT seq, id, 1, event_type = 'ADD' AND user_id IS NOT NULL AND agent_id IS NOT NULL, event_type, status, user_id, agent_id, app_id, run_id, created_at, updated_at, started_at,
       completed_at, error, metadata, results, payload
FROM old_events;
INSERT INTO memories
SELECT seq, id, 1, created_at, updated_at, expiration_date, immutable, event_seq, position, scope_key, text_hash,
       user_id, agent_id, app_id, run_id, role, actor, categories, metadata, text
FROM old_memories;
INSERT INTO history
SELECT seq, id, 1, memory_id, event, user_id, agent_id, app_id, run_id, created_at, categories, metadata, input,
       old_memory, new_memory
FROM old_history;
INSERT INTO entities SELECT seq, id, 1, kind, name, created_at, updated_at, metadata FROM old_entities;
INSERT INTO exports SELECT seq, id, 1, NULL, created_at, filter, schema FROM old_exports;

DROP TABLE old_events;
DROP TABLE old_memories;
DROP TABLE old_history;
DROP TABLE old_entities;
DROP TABLE old_exports;

CREATE INDEX events_pending  ON events (seq) WHERE status = 'PENDING';
CREATE INDEX events_project  ON events (project);
CREATE INDEX memories_user   ON memories (project, user_id, created_at);
CREATE INDEX memories_agent  ON memories (project, agent_id, created_at);
CREATE INDEX memories_app    ON memories (project, app_id, created_at);
CREATE INDEX memories_run    ON memories (project, run_id, created_at);
CREATE INDEX memories_text   ON memories (project, scope_key, text_hash);
CREATE INDEX history_memory  ON history (project, memory_id);
CREATE INDEX history_user    ON history (project, user_id)  WHERE user_id IS NOT NULL;
CREATE INDEX history_agent   ON history (project, agent_id) WHERE agent_id IS NOT NULL;
CREATE INDEX history_app     ON history (project, app_id)   WHERE app_id IS NOT NULL;
CREATE INDEX history_run     ON history (project, run_id)   WHERE run_id IS NOT NULL;
CREATE INDEX exports_project ON exports (project);

-- The tokens of the text index now contain the project, so every memory must be indexed again.
DELETE FROM settings WHERE key = 'engine.embedding_model';

-- Fixed statistics for the query planner, instead of those of the last closed folder: a project is
-- large, and an entity in it is small. Without them, a list of users or of two scopes scans the
-- whole project.
ANALYZE settings;
DELETE FROM sqlite_stat1;
DELETE FROM sqlite_stat4;
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
    ('memories', 'memories_user', '10000000 100000 100 1'),
    ('memories', 'memories_agent', '10000000 100000 100 1'),
    ('memories', 'memories_app', '10000000 100000 100 1'),
    ('memories', 'memories_run', '10000000 100000 100 1'),
    ('memories', 'memories_text', '10000000 100000 100 1'),
    ('memories', 'sqlite_autoindex_memories_1', '10000000 1');
ANALYZE sqlite_schema;
