-- The vectors of memories have a table of their own, and those of an embedder that is to follow
-- another. When it does, the two tables change their names, whatever their size.
CREATE TABLE memory_vectors (
    seq    INTEGER PRIMARY KEY,
    vector BLOB NOT NULL
) STRICT;
INSERT INTO memory_vectors SELECT seq, vector FROM memory_index;
ALTER TABLE memory_index DROP COLUMN vector;
CREATE TABLE next_vectors (
    seq    INTEGER PRIMARY KEY,
    vector BLOB NOT NULL
) STRICT;
