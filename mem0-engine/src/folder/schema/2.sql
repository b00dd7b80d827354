-- The requests for exports. An export is made when it is read, so it never contains memories
-- deleted in the meantime.
CREATE TABLE exports (
    seq        INTEGER PRIMARY KEY AUTOINCREMENT,
    id         TEXT NOT NULL UNIQUE,
    created_at INTEGER NOT NULL,
    filter     TEXT NOT NULL,
    schema     TEXT NOT NULL
) STRICT;
