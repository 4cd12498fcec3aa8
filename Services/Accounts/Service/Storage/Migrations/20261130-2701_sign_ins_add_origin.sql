-- Where somebody signed in, so that a list of sign-ins says which is which.
-- Safe while the older accounts runs: nullable without default, so the table is not rewritten.
SET LOCAL lock_timeout = '2s';
ALTER TABLE accounts.sign_ins ADD COLUMN address text, ADD COLUMN device text;
