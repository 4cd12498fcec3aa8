-- Whether an agent's status was chosen, or only came about: a chosen Offline stays when the inbox is opened again.
-- Safe while the older router runs: a column with a constant default, so the table is not rewritten; that router neither reads nor writes it,
-- and takes every Offline for one that came about, as before.
SET LOCAL lock_timeout = '2s';
ALTER TABLE sector_agents ADD COLUMN status_chosen boolean NOT NULL DEFAULT false;
