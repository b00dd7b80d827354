-- What a memory is found by beside its text: a line of words for each passage of its sources. Their
-- vectors follow those of its text. Where memories have sources, all are indexed again.
ALTER TABLE memory_index ADD COLUMN sources TEXT;
DELETE FROM settings WHERE key = 'engine.text_index_form' AND EXISTS (SELECT 1 FROM memory_sources);
INSERT OR REPLACE INTO settings (key, value)
SELECT 'engine.vectors_lacking', '1' WHERE EXISTS (SELECT 1 FROM memory_sources);
DELETE FROM memory_vectors WHERE seq IN (SELECT memory FROM memory_sources);
DELETE FROM next_vectors   WHERE seq IN (SELECT memory FROM memory_sources);
