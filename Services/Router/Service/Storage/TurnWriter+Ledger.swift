import Contracts
import Foundation
import Storage

/// Who holds what, why, and what that says of teams.
extension TurnWriter {
    var endStatement: SQL? {
        let ended = changes.ended
        guard !ended.isEmpty else { return nil }
        return """
            UPDATE router.assignments s SET ended_at = e.at, ended_reason = e.reason, ended_note = e.note
              FROM unnest(\(ended.map(\.id)), \(ended.map(\.at)), \(ended.map(\.reason)), \(ended.map(\.note)))
                   AS e(id, at, reason, note)
             WHERE s.client_id = \(tenant) AND s.id = e.id
            """
    }

    var beginStatement: SQL? {
        let begun = changes.begun
        guard !begun.isEmpty else { return nil }
        let assignments = begun.map(\.assignment)
        return """
            INSERT INTO router.assignments (client_id, id, number, conversation_id, agent_id, weight, reason, note, decision_id, waited,
                                            by_type, by_id, by_name, started_at)
            SELECT \(tenant), s.*
              FROM unnest(\(assignments.map(\.id)), \(assignments.map(\.number)), \(assignments.map(\.sessionID)),
                          \(assignments.map(\.agent.id)), \(begun.map(\.weight)), \(assignments.map(\.reason)), \(begun.map(\.note)),
                          \(assignments.map(\.decisionID)), \(begun.map { $0.waitedSeconds != nil }), \(assignments.map(\.by.kind)),
                          \(assignments.map(\.by.id)), \(assignments.map(\.by.name)), \(begun.map(\.startedAt))) AS s
            """
    }

    /// What the day's counters of each team get from this turn: the conversation's team, or where it is for none those that its agent is in. Teams
    /// deleted in this turn get what they lost by it.
    var performanceStatement: SQL? {
        let (begun, ended) = (changes.begun, changes.ended)
        guard !begun.isEmpty || !ended.isEmpty else { return nil }
        var known: SQL = "SELECT id, name, sector FROM router.teams WHERE client_id = \(tenant)"
        let deleted = changes.deletedTeams
        if !deleted.isEmpty {
            known +=
                """
                 UNION ALL SELECT d.* FROM unnest(\(deleted.map(\.id)), \(deleted.map(\.name)), \(deleted.map(\.sector))) AS d(id, name, sector)
                 WHERE NOT EXISTS (SELECT FROM router.teams t WHERE t.client_id = \(tenant) AND t.id = d.id)
                """
        }
        return """
            INSERT INTO router.team_performance AS p (
                client_id, team_id, day, team_name, sector, assigned_count, waited_count, waited_seconds_total, resolved_count,
                given_up_count, ended_count, handling_seconds_total)
            SELECT \(tenant), t.id, (e.at AT TIME ZONE 'UTC')::date, t.name, t.sector, sum(e.assigned), count(e.waited_seconds),
                   coalesce(sum(e.waited_seconds), 0), sum(e.resolved), sum(e.given_up), sum(e.ended), sum(e.handling_seconds)
              FROM (SELECT s.agent_id, b.team_id, s.started_at AS at, 1 AS assigned, b.waited_seconds, 0 AS resolved, 0 AS given_up, 0 AS ended,
                           0::float8 AS handling_seconds
                      FROM unnest(\(begun.map(\.assignment.id)), \(begun.map(\.teamID)), \(begun.map(\.waitedSeconds))) AS b(id, team_id, waited_seconds)
                      JOIN router.assignments s ON s.client_id = \(tenant) AND s.id = b.id
                    UNION ALL
                    SELECT s.agent_id, g.team_id, s.ended_at, 0, NULL, (s.ended_reason IN ('resolved', 'closed'))::int,
                           (s.ended_reason NOT IN ('resolved', 'closed', 'pending', 'waiting'))::int, 1,
                           extract(epoch FROM s.ended_at - s.started_at)::float8
                      FROM unnest(\(ended.map(\.id)), \(ended.map(\.teamID))) AS g(id, team_id)
                      JOIN router.assignments s ON s.client_id = \(tenant) AND s.id = g.id) AS e
              LEFT JOIN router.team_agent_assignments m
                     ON e.team_id IS NULL AND m.client_id = \(tenant) AND m.agent_id = e.agent_id
              JOIN (\(known)) AS t ON t.id = coalesce(e.team_id, m.team_id)
             GROUP BY t.id, t.name, t.sector, (e.at AT TIME ZONE 'UTC')::date
            ON CONFLICT (client_id, team_id, day) DO UPDATE
               SET team_name = excluded.team_name, sector = excluded.sector, assigned_count = p.assigned_count + excluded.assigned_count,
                   waited_count = p.waited_count + excluded.waited_count,
                   waited_seconds_total = p.waited_seconds_total + excluded.waited_seconds_total,
                   resolved_count = p.resolved_count + excluded.resolved_count,
                   given_up_count = p.given_up_count + excluded.given_up_count, ended_count = p.ended_count + excluded.ended_count,
                   handling_seconds_total = p.handling_seconds_total + excluded.handling_seconds_total
            """
    }

    var decisionStatement: SQL? {
        let decisions = changes.decisions
        guard !decisions.isEmpty else { return nil }
        let list = decisions.map(\.decision)
        return """
            INSERT INTO router.decisions (client_id, id, at, conversation_id, sector, team_id, outcome, chosen_agent_id, policy_version,
                                          settings_version, work, snapshot_digest, refusal_counts, candidates)
            SELECT \(tenant), d.id, d.at, d.conversation_id, d.sector, d.team_id, d.outcome, d.chosen, d.policy_version,
                   d.settings_version, d.work, d.digest, d.refusals,
                   d.candidates::jsonb
              FROM unnest(\(list.map(\.id)), \(list.map(\.at)), \(list.map(\.sessionID)), \(list.map(\.sector)),
                          \(list.map(\.teamID)), \(list.map(\.outcome)),
                          \(list.map(\.chosenAgentID)), \(list.map(\.formulaVersion)), \(list.map(\.policyVersion)),
                          \(list.map(\.work)), \(list.map(\.snapshotDigest)),
                          \(list.map { JSONValue.object($0.refusalCounts.mapValues { .integer(Int64($0)) }) }),
                          \(decisions.map(\.candidates)))
                   AS d(id, at, conversation_id, sector, team_id, outcome, chosen, policy_version, settings_version, work, digest,
                        refusals, candidates)
            """
    }

    var auditStatement: SQL? {
        let audits = changes.audits
        guard !audits.isEmpty else { return nil }
        let ids = audits.map { _ in EntityID.new() }
        return """
            INSERT INTO router.agent_audit (client_id, at, id, agent_id, action, actor_type, actor_id, actor_name, before, after)
            SELECT \(tenant), \(now), u.*
              FROM unnest(\(ids), \(audits.map(\.agent)), \(audits.map(\.action)), \(audits.map(\.actor.kind)),
                          \(audits.map(\.actor.id)), \(audits.map(\.actor.name)), \(audits.map(\.before)), \(audits.map(\.after))) AS u
            """
    }
}
