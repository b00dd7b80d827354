-- The queue of each project by itself, so that what one has queued holds up no other.
DROP INDEX events_pending;
CREATE INDEX events_queued ON events (project, seq) WHERE status = 'PENDING';
