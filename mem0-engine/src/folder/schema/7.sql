-- Whether a key reaches all organizations and projects of which its owner is a member. One that was made before opens its
-- project alone.
ALTER TABLE api_keys ADD COLUMN administers INTEGER NOT NULL DEFAULT 0;

-- The queue of each project by itself, so that what one has queued holds up no other.
DROP INDEX events_pending;
CREATE INDEX events_queued ON events (project, seq) WHERE status = 'PENDING';
