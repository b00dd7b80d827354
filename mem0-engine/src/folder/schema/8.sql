-- The queued jobs and their progress. An event has what a caller may see of a job.
--
-- The jobs of a project are carried out in the order of seq.
CREATE TABLE jobs (
    seq        INTEGER PRIMARY KEY AUTOINCREMENT,
    project    INTEGER NOT NULL REFERENCES projects,
    kind       TEXT    NOT NULL,
    -- The event that tells a caller of it; the erasing of a project has none.
    event      INTEGER UNIQUE REFERENCES events ON DELETE CASCADE,
    created_at INTEGER NOT NULL,
    -- How many memories a deletion has removed so far.
    deleted    INTEGER NOT NULL DEFAULT 0,
    -- The last event that a deletion has looked at for content of what it erases.
    erased_to  INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX jobs_queued ON jobs (project, seq);

-- The answers to a job's questions, kept until the job is carried out, so that nothing is asked and
-- paid for twice.
CREATE TABLE job_answers (
    job      INTEGER NOT NULL REFERENCES jobs ON DELETE CASCADE,
    number   INTEGER NOT NULL,
    -- Which component answered: the answer of another one does not count.
    answered TEXT    NOT NULL,
    answer   TEXT    NOT NULL,
    PRIMARY KEY (job, number)
) STRICT, WITHOUT ROWID;

-- Collections of vectors, for programs that use the folder as a vector store.
CREATE TABLE collections (
    seq        INTEGER PRIMARY KEY AUTOINCREMENT,
    project    INTEGER NOT NULL REFERENCES projects,
    name       TEXT    NOT NULL,
    dimensions INTEGER NOT NULL,
    UNIQUE (project, name)
) STRICT;

-- A vector is its components, each a 32-bit float with its lowest byte first.
CREATE TABLE collection_records (
    seq        INTEGER PRIMARY KEY AUTOINCREMENT,
    project    INTEGER NOT NULL REFERENCES projects,
    collection INTEGER NOT NULL REFERENCES collections,
    id         TEXT    NOT NULL,
    payload    TEXT    NOT NULL,
    vector     BLOB    NOT NULL,
    UNIQUE (collection, id)
) STRICT;
CREATE INDEX collection_records_in_order ON collection_records (collection, seq);
CREATE INDEX collection_records_project ON collection_records (project);

INSERT INTO jobs (project, kind, event, created_at, deleted, erased_to)
SELECT project,
       CASE event_type
           WHEN 'ADD' THEN 'add'
           WHEN 'DELETE_ALL' THEN 'delete_scope'
           WHEN 'DELETE_USER' THEN 'delete_entity'
           WHEN 'ERASE_PROJECT' THEN 'erase_project'
           -- Of a kind that this version does not know: it fails with that reason.
           ELSE event_type
       END,
       iif(event_type = 'ERASE_PROJECT', NULL, seq),
       created_at,
       CASE WHEN json_valid(metadata) THEN ifnull(json_extract(metadata, '$.deleted'), 0) ELSE 0 END,
       CASE WHEN json_valid(metadata) THEN ifnull(json_extract(metadata, '$.events_erased_to'), 0) ELSE 0 END
FROM events
WHERE status IN ('PENDING', 'RUNNING')
ORDER BY seq;
DELETE FROM events WHERE event_type = 'ERASE_PROJECT';
UPDATE events SET metadata = NULL WHERE status = 'PENDING';
DROP INDEX events_queued;
