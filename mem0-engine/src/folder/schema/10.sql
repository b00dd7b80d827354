-- A word of memory_index.terms has its forms with it, which an older version would take for a part of
-- the word. Without this setting, the next start indexes every memory again.
DELETE FROM settings WHERE key = 'engine.text_index_form';
