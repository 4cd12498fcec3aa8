\set part random(0, 15)
-- The effects of 32 events, with the cursor.
WITH moved AS (UPDATE bench.cursor SET seq = seq + 32, moved_at = clock_timestamp() WHERE stream = 'bench' AND part = :part RETURNING seq)
INSERT INTO bench.effects (event_id, part, seq, text)
SELECT gen_random_uuid(), :part, moved.seq - 32 + n, 'an event of the benchmark' FROM moved, generate_series(1, 32) AS n;
