-- Where the passages of a long text are, as JSON: a list of [start, end, first word, last word], the
-- first two in code points. NULL for a text of one passage. A vector is one for each passage, one
-- after another, or a single one that an older version made.
ALTER TABLE memory_index ADD COLUMN passages TEXT;

-- Without this setting, the next start indexes every memory again.
DELETE FROM settings WHERE key = 'engine.text_index_form';

-- The vectors of whole texts answer nothing that is asked now.
DELETE FROM job_answers;
