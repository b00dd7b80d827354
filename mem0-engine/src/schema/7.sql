-- Whether a key reaches all organizations and projects of which its owner is a member. One that was made before opens its
-- project alone.
ALTER TABLE api_keys ADD COLUMN administers INTEGER NOT NULL DEFAULT 0;
