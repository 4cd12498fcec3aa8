-- A link may set the first password, or another one after a reset.
-- Safe while the older accounts runs: it goes on inserting invitations, and accepts either. A constant default does not rewrite the table.
SET LOCAL lock_timeout = '2s';
ALTER TABLE accounts.invitations
    ADD COLUMN purpose text NOT NULL DEFAULT 'invitation' CONSTRAINT invitations_purpose_check CHECK (purpose IN ('invitation', 'reset'));
