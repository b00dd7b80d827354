-- Where a long deletion goes on, as JSON.
ALTER TABLE jobs ADD COLUMN position TEXT;

-- How often the preparing of a job was begun. One that ends the process each time is given up.
ALTER TABLE jobs ADD COLUMN attempts INTEGER NOT NULL DEFAULT 0;

-- What is past its retention is found without reading the rest.
CREATE INDEX exports_created ON exports (created_at);
