-- The company's account on the channel (a number, a mailbox, a page) through which the conversation goes; NULL for the website. Safe at any
-- time: a column that may be null rewrites nothing, and older replicas name their columns.
SET LOCAL lock_timeout = '2s';
ALTER TABLE chat.conversations ADD COLUMN account_id uuid;
