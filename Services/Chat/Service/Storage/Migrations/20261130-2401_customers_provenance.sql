-- How an address came to be known. What stands here already was typed by visitors or by the company's people, and nothing tells
-- which; no signed identity brought an address so far (only a name). So all of it is claimed: shown, never matched, until somebody
-- of the company writes it again or the website signs it. The default does the same for what the older chat inserts meanwhile.
-- Additive: the older chat names its columns.
SET LOCAL lock_timeout = '2s';

ALTER TABLE chat.customers
    ADD COLUMN email_provenance text NOT NULL DEFAULT 'claimed' CHECK (email_provenance IN ('claimed', 'verified', 'entered')),
    ADD COLUMN phone_provenance text NOT NULL DEFAULT 'claimed' CHECK (phone_provenance IN ('claimed', 'verified', 'entered'));

-- Of what may be matched only: however often strangers claim an address, looking for its owner costs the same.
CREATE INDEX customers_known_email ON chat.customers (client_id, lower(email)) WHERE email IS NOT NULL AND email_provenance <> 'claimed';
CREATE INDEX customers_known_phone ON chat.customers (client_id, phone) WHERE phone IS NOT NULL AND phone_provenance <> 'claimed';
