-- What became of a memory, and what was learned with it. A new column is behind the text: one that
-- is null takes no bytes there, so that a scan of active memories still leaves long texts on their
-- overflow pages.
--
-- 'superseded' or 'merged'; null for an active memory.
ALTER TABLE memories ADD COLUMN lifecycle TEXT;
-- The id of the memory that came in its place.
ALTER TABLE memories ADD COLUMN replaced_by TEXT;
-- The same for all memories of one property of one subject, of which one is true at a time.
ALTER TABLE memories ADD COLUMN state_key TEXT;
-- A JSON object; null for a memory that was stored as it was said.
ALTER TABLE memories ADD COLUMN learned TEXT;
CREATE INDEX memories_state    ON memories (project, state_key)   WHERE state_key IS NOT NULL;
CREATE INDEX memories_replaced ON memories (project, replaced_by) WHERE replaced_by IS NOT NULL;
CREATE INDEX memories_merged   ON memories (project)              WHERE lifecycle = 'merged';
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
    ('memories', 'memories_state', '1000000 10000 2'),
    ('memories', 'memories_replaced', '1000000 10000 2'),
    ('memories', 'memories_merged', '100000 1000');

-- The words that a memory was learned from.
CREATE TABLE memory_sources (
    seq    INTEGER PRIMARY KEY AUTOINCREMENT,
    memory INTEGER NOT NULL REFERENCES memories (seq) ON DELETE CASCADE,
    -- The event whose message it is.
    event  INTEGER NOT NULL,
    role   TEXT    NOT NULL,
    actor  TEXT,
    -- Words of the text.
    quote  TEXT    NOT NULL,
    -- The whole message, or no more than the quote once a memory of the same message was erased.
    text   TEXT    NOT NULL
) STRICT;
CREATE INDEX memory_sources_memory ON memory_sources (memory);
CREATE INDEX memory_sources_event  ON memory_sources (event);

-- Memories that belong together, each pair once.
CREATE TABLE memory_links (
    memory INTEGER NOT NULL REFERENCES memories (seq) ON DELETE CASCADE,
    linked INTEGER NOT NULL REFERENCES memories (seq) ON DELETE CASCADE,
    PRIMARY KEY (memory, linked),
    CHECK (memory < linked)
) STRICT, WITHOUT ROWID;
CREATE INDEX memory_links_linked ON memory_links (linked);

-- Why a memory was retired, came back or was corrected, as a JSON object.
ALTER TABLE history ADD COLUMN lifecycle TEXT;

-- What the language model was asked for the project on the last day of UTC that it was asked.
ALTER TABLE projects ADD COLUMN llm_day TEXT;
ALTER TABLE projects ADD COLUMN llm_calls INTEGER NOT NULL DEFAULT 0;
ALTER TABLE projects ADD COLUMN llm_tokens INTEGER NOT NULL DEFAULT 0;

-- What it answered for the job so far, in tokens.
ALTER TABLE jobs ADD COLUMN llm_tokens INTEGER NOT NULL DEFAULT 0;

-- The entities that whoever asked for a job is bound to, as api_keys has them: a model is shown no
-- more.
ALTER TABLE jobs ADD COLUMN scopes TEXT;
ANALYZE sqlite_schema;
