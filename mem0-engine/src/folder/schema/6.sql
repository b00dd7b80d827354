-- Words are now found in memory, in the index of the searched scope.
DROP TABLE memory_terms;
ALTER TABLE memory_index DROP COLUMN scope;

-- The number of commits that have changed memories.
CREATE TABLE memory_commits (
    number INTEGER NOT NULL
) STRICT;
INSERT INTO memory_commits VALUES (0);

-- Most memories have one or two of the four ids.
DROP INDEX memories_user;
DROP INDEX memories_agent;
DROP INDEX memories_app;
DROP INDEX memories_run;
CREATE INDEX memories_user  ON memories (project, user_id, created_at)  WHERE user_id IS NOT NULL;
CREATE INDEX memories_agent ON memories (project, agent_id, created_at) WHERE agent_id IS NOT NULL;
CREATE INDEX memories_app   ON memories (project, app_id, created_at)   WHERE app_id IS NOT NULL;
CREATE INDEX memories_run   ON memories (project, run_id, created_at)   WHERE run_id IS NOT NULL;
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
    ('memories', 'memories_user', '10000000 100000 100 1'),
    ('memories', 'memories_agent', '10000000 100000 100 1'),
    ('memories', 'memories_app', '10000000 100000 100 1'),
    ('memories', 'memories_run', '10000000 100000 100 1');
ANALYZE sqlite_schema;
