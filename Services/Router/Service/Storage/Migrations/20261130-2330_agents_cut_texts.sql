-- Names of agents and descriptions of teams that were stored while their length was counted in letters, of which one may have a hundred
-- thousand accents: cut to what is taken now (TextRule). Safe while the older router runs: it reads and writes the same columns. Names of
-- teams are unique and stay; their lists page by bytes.
SET LOCAL lock_timeout = '2s';

-- Of all companies at once: only the owner, and only here.
ALTER TABLE sector_agents NO FORCE ROW LEVEL SECURITY;
ALTER TABLE teams NO FORCE ROW LEVEL SECURITY;
UPDATE sector_agents SET name = left(name, 200) WHERE octet_length(name) > 800;
UPDATE teams SET description = left(description, 2000) WHERE octet_length(description) > 8000;
ALTER TABLE sector_agents FORCE ROW LEVEL SECURITY;
ALTER TABLE teams FORCE ROW LEVEL SECURITY;
