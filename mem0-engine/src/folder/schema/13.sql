-- What the language model was asked for the project on the last day of UTC that it was asked.
ALTER TABLE projects ADD COLUMN llm_day TEXT;
ALTER TABLE projects ADD COLUMN llm_calls INTEGER NOT NULL DEFAULT 0;
ALTER TABLE projects ADD COLUMN llm_tokens INTEGER NOT NULL DEFAULT 0;

-- What it answered for the job so far, in tokens.
ALTER TABLE jobs ADD COLUMN llm_tokens INTEGER NOT NULL DEFAULT 0;
