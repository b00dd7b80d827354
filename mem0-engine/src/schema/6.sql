-- Words are found in memory now, in the index of a scope that is being searched.
DROP TABLE memory_terms;
ALTER TABLE memory_index DROP COLUMN scope;

-- How many commits have changed memories.
CREATE TABLE memory_commits (
    number INTEGER NOT NULL
) STRICT;
INSERT INTO memory_commits VALUES (0);
