-- Where a long deletion goes on, as JSON.
ALTER TABLE jobs ADD COLUMN position TEXT;

-- How often the preparing of a job was begun. One that ends the process each time is given up.
ALTER TABLE jobs ADD COLUMN attempts INTEGER NOT NULL DEFAULT 0;

-- Set when a memory of an unfinished add is erased: the texts of its event go when it ends.
ALTER TABLE jobs ADD COLUMN erases_texts INTEGER NOT NULL DEFAULT 0;

-- What the steps of an unfinished add did. Its event has it when the add ends.
CREATE TABLE job_results (
    job     INTEGER NOT NULL REFERENCES jobs ON DELETE CASCADE,
    -- The first message of the step.
    number  INTEGER NOT NULL,
    results TEXT    NOT NULL,
    PRIMARY KEY (job, number)
) STRICT, WITHOUT ROWID;

-- What is past its retention is found without reading the rest.
CREATE INDEX exports_created ON exports (created_at);

-- The changes that webhooks are told of: one row each, whatever the number of webhooks. Written in
-- the transaction of the change; deliveries are made from it afterwards, in steps.
CREATE TABLE webhook_changes (
    seq        INTEGER PRIMARY KEY AUTOINCREMENT,
    project    INTEGER NOT NULL REFERENCES projects (seq),
    created_at INTEGER NOT NULL,
    -- Heard by the subscriptions that stood in this generation.
    generation INTEGER NOT NULL,
    -- The last webhook that a delivery was made for; null once there is one for each.
    made_to    INTEGER,
    event_type TEXT NOT NULL,
    memory_id  TEXT NOT NULL,
    is_emptied INTEGER NOT NULL DEFAULT 0,
    payload    TEXT NOT NULL
) STRICT;
INSERT INTO webhook_changes (seq, project, created_at, generation, event_type, memory_id, payload)
SELECT seq, project, created_at, 0, event_type, memory_id, payload FROM webhook_deliveries;
CREATE INDEX webhook_changes_pending ON webhook_changes (project, seq) WHERE made_to IS NOT NULL;
CREATE INDEX webhook_changes_age     ON webhook_changes (created_at);
CREATE INDEX webhook_changes_project ON webhook_changes (project, memory_id, is_emptied);

-- A delivery refers to its change, which has the payload and the time.
CREATE TABLE new_deliveries (
    seq             INTEGER PRIMARY KEY AUTOINCREMENT,
    id              TEXT NOT NULL UNIQUE,
    project         INTEGER NOT NULL REFERENCES projects (seq),
    webhook         INTEGER NOT NULL REFERENCES webhooks (seq),
    change          INTEGER NOT NULL REFERENCES webhook_changes (seq),
    -- Set while it is to be sent.
    next_attempt_at INTEGER,
    last_attempt_at INTEGER,
    delivered_at    INTEGER,
    attempts        INTEGER NOT NULL DEFAULT 0,
    last_status     INTEGER,
    last_error      TEXT
) STRICT;
INSERT INTO new_deliveries
SELECT seq, id, project, webhook, seq, next_attempt_at, last_attempt_at, delivered_at, attempts, last_status,
       last_error
FROM webhook_deliveries;
-- Numbers are not used twice.
DELETE FROM sqlite_sequence WHERE name = 'new_deliveries';
INSERT INTO sqlite_sequence (name, seq)
SELECT 'new_deliveries', seq FROM sqlite_sequence WHERE name = 'webhook_deliveries';
DROP TABLE webhook_deliveries;
ALTER TABLE new_deliveries RENAME TO webhook_deliveries;
CREATE INDEX webhook_deliveries_due     ON webhook_deliveries (webhook, next_attempt_at, seq)
    WHERE next_attempt_at IS NOT NULL;
CREATE INDEX webhook_deliveries_log     ON webhook_deliveries (webhook);
CREATE INDEX webhook_deliveries_change  ON webhook_deliveries (change);
CREATE INDEX webhook_deliveries_project ON webhook_deliveries (project);

-- The kinds of change that a webhook hears of. A webhook's settings change while deliveries are
-- still to be made of earlier changes, so what it heard of until then is kept as long.
CREATE TABLE webhook_subscriptions (
    seq        INTEGER PRIMARY KEY AUTOINCREMENT,
    project    INTEGER NOT NULL REFERENCES projects (seq),
    webhook    INTEGER NOT NULL REFERENCES webhooks (seq),
    event_type TEXT    NOT NULL,
    -- It hears of changes of this generation and later, and before the other if that is set.
    since      INTEGER NOT NULL,
    until      INTEGER
) STRICT;
INSERT INTO webhook_subscriptions (project, webhook, event_type, since)
SELECT DISTINCT w.project, w.seq, asked.value, 0
FROM webhooks AS w, json_each(iif(json_valid(w.event_types), w.event_types, '[]')) AS asked
WHERE w.is_active AND asked.type = 'text';
CREATE INDEX webhook_subscriptions_all     ON webhook_subscriptions (project, event_type, webhook);
CREATE INDEX webhook_subscriptions_open    ON webhook_subscriptions (project, event_type)
    WHERE until IS NULL;
CREATE INDEX webhook_subscriptions_ended   ON webhook_subscriptions (project) WHERE until IS NOT NULL;
CREATE INDEX webhook_subscriptions_webhook ON webhook_subscriptions (webhook);

-- Grows with every change of a subscription.
ALTER TABLE projects ADD COLUMN webhook_generation INTEGER NOT NULL DEFAULT 0;

-- Set while its deliveries are erased, and it after them.
ALTER TABLE webhooks ADD COLUMN deleted_at INTEGER;
-- Whether the last attempt ended in time; null before the first.
ALTER TABLE webhooks ADD COLUMN in_time INTEGER;
-- 0 while its deliveries are taken, 1 since one failed, 2 since one was given up.
ALTER TABLE webhooks ADD COLUMN failing INTEGER NOT NULL DEFAULT 0;
-- Now the order is kept in memory.
ALTER TABLE webhooks DROP COLUMN called_at;
CREATE INDEX webhooks_deleted ON webhooks (deleted_at) WHERE deleted_at IS NOT NULL;
CREATE INDEX webhooks_failing ON webhooks (failing) WHERE failing > 0;
-- The account of whoever runs the engine was local@localhost, which validators of addresses refuse.
-- Where the new address was a member already, the local account's role counts.
UPDATE OR REPLACE organization_members SET email = 'local@example.com' WHERE email = 'local@localhost';
UPDATE OR REPLACE project_members SET email = 'local@example.com' WHERE email = 'local@localhost';
UPDATE api_keys SET owner = 'local@example.com' WHERE owner = 'local@localhost';
UPDATE webhooks SET owner = 'local@example.com' WHERE owner = 'local@localhost';

-- What an add stores with a memory, as a hash: an add of the same finds it.
ALTER TABLE memories ADD COLUMN duplicate_key BLOB NOT NULL DEFAULT x'';
UPDATE memories SET duplicate_key = mem0_duplicate_key(
    scope_key, text_hash, role, actor, metadata, categories, expiration_date, immutable,
    nullif(created_at, (SELECT e.created_at FROM events AS e WHERE e.seq = event_seq))
);
DROP INDEX memories_text;
CREATE INDEX memories_duplicate ON memories (project, duplicate_key);
DELETE FROM sqlite_stat1 WHERE idx = 'memories_text';
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('memories', 'memories_duplicate', '10000000 100000 1');

-- The event of a change: its payload and results quote the memory. Null where that was emptied.
ALTER TABLE history ADD COLUMN event_seq INTEGER;
UPDATE history SET event_seq = made.event_seq
FROM (
    SELECT e.seq AS event_seq, e.project, e.created_at,
           json_extract(r.value, '$.id') AS memory_id, json_extract(r.value, '$.event') AS change
    FROM events AS e, json_each(iif(json_valid(e.results), e.results, '[]')) AS r
    WHERE e.event_type IN ('ADD', 'UPDATE', 'DELETE')
) AS made
WHERE history.project = made.project AND history.memory_id = made.memory_id
  AND history.event = made.change
  AND (made.change = 'ADD' OR history.created_at = made.created_at);

-- The history of a project in the order of its rows, which a deletion looks through in steps.
CREATE INDEX history_project ON history (project);

-- The adds that named a memory that was stored already: their events quote it too.
CREATE TABLE duplicate_adds (
    seq       INTEGER PRIMARY KEY AUTOINCREMENT,
    project   INTEGER NOT NULL REFERENCES projects (seq),
    memory_id TEXT    NOT NULL,
    event_seq INTEGER NOT NULL
) STRICT;
CREATE INDEX duplicate_adds_memory ON duplicate_adds (project, memory_id);
ANALYZE sqlite_schema;
