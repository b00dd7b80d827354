-- Whether a key reaches all organizations and projects that its owner is a member of. A key made
-- before opens only its own project.
ALTER TABLE api_keys ADD COLUMN administers INTEGER NOT NULL DEFAULT 0;

-- A queue for each project, so that the jobs of one do not delay those of another.
DROP INDEX events_pending;
CREATE INDEX events_queued ON events (project, seq) WHERE status = 'PENDING';
