-- What was asked to be exported. The export itself is made when it is read, so that what is deleted meanwhile is in
-- none.
CREATE TABLE exports (
    seq        INTEGER PRIMARY KEY AUTOINCREMENT,
    id         TEXT NOT NULL UNIQUE,
    created_at INTEGER NOT NULL,
    filter     TEXT NOT NULL,
    schema     TEXT NOT NULL
) STRICT;
