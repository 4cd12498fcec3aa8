-- The team that holds the conversation, mirrored from the router's assignments. Safe at any time: a column that may be null rewrites
-- nothing, and older replicas go on without it.
SET LOCAL lock_timeout = '2s';
ALTER TABLE chat.conversations ADD COLUMN team_id uuid;
