-- Lists of teams say how many conversations wait for each.
-- Safe while the older router runs: an index; the table holds a tenant's queue and what is open, so it is built in moments.
SET LOCAL lock_timeout = '2s';
CREATE INDEX work_items_queued_team ON work_items (client_id, team_id) WHERE status IN ('waiting', 'offered') AND team_id IS NOT NULL;
