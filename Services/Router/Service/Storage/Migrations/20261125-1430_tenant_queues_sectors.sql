-- The company's sectors, kept with the business rules heard last, so that agents and teams are put into sectors that exist.
-- Safe while the older router runs: nullable without default, so the table is not rewritten. null with rules_version 0: `general` alone;
-- null otherwise: nothing is refused until the company's rules are heard next.
SET LOCAL lock_timeout = '2s';
ALTER TABLE tenant_queues ADD COLUMN sectors text[];
