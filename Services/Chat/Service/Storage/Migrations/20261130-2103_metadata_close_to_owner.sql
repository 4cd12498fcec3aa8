-- Ends what 2101 opened.
SET LOCAL lock_timeout = '2s';
ALTER TABLE customers FORCE ROW LEVEL SECURITY;
ALTER TABLE conversations FORCE ROW LEVEL SECURITY;
ALTER TABLE communication_messages FORCE ROW LEVEL SECURITY;
