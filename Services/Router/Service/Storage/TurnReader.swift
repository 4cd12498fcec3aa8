import Contracts
import Foundation
import Storage

/// Answers what a turn asks, in its transaction.
struct TurnReader {
    let tenant: TenantID
    /// The turn's.
    let now: Date
    /// The transaction works for no other tenant.
    let isInScope: Bool
    let transaction: Transaction

    func answer(to question: TurnQuestion) throws -> TurnAnswer {
        switch question {
        case .items(let selection): .items(try items(where: condition(selection)))
        case .page(let page): .items(try items(where: condition(page)))
        case .offer(let id, let agent): .offer(try offer(id, to: agent))
        case .standingAssignment(let conversation): .assignment(try standingAssignment(of: conversation))
        case .dueTimers(let max): .timers(try dueTimers(max: max))
        case .connections(let agents): .connections(try Self.connections(of: agents, tenant, in: transaction))
        case .team(let id): .team(try teams.find(id))
        case .teamsNamed(let name): .teamIDs(try teams.ids(named: name))
        case .teamCount: .count(try teams.count())
        case .teamsFallingBack(let id): .teams(try teams.teams(fallingBackTo: id))
        case .fallbacks(let id): .teamIDs(try teams.fallbacks(from: id))
        case .teamsAsking(let agents, let through): .teamIDs(try teams.teamsAsking(agents, through: through))
        case .answering(let id): .answering(try teams.answering(for: id).map(\.agent))
        case .member(let id): .members(try teams.member(id).map { [$0] } ?? [])
        case .members(let team): .members(try teams.everyMember(of: team))
        case .memberships(let user, let team): .count(try teams.hasMember(user, in: team) ? 1 : 0)
        case .teamAssignment(let id): .teamAssignments(try teams.assignment(id).map { [$0] } ?? [])
        case .assignments(let team): .teamAssignments(try teams.assignments(of: team))
        case .assignmentsOfAgent(let agent): .teamAssignments(try teams.assignments(of: agent))
        case .workingElsewhere(let agents, let member): .agents(try teams.workingElsewhere(agents, besides: member))
        }
    }

    private var teams: TeamRepository { TeamRepository(tenant: tenant, transaction: transaction) }

    private func run(_ sql: SQL) throws -> Rows {
        try isInScope ? transaction.query(sql) : transaction.pipeline([transaction.scope(to: tenant), sql])[1]
    }

    private func items(where condition: SQL) throws -> [WorkItem] {
        try run("SELECT \(WorkItem.columns) FROM router.work_items WHERE client_id = \(tenant) AND " + condition).map { try WorkItem($0) }
    }

    private func condition(_ selection: ItemSelection) -> SQL {
        switch selection {
        case .conversations(let ids): "conversation_id = ANY(\(ids))"
        case .offered(let agents): "offered_agent_id = ANY(\(agents))"
        case .held(let agents): "agent_id = ANY(\(agents))"
        case .taken(let team): "team_id = \(team) AND (agent_id IS NOT NULL OR offer_id IS NOT NULL)"
        case .waiting(let teams):
            """
            team_id = ANY(\(teams)) AND status = 'waiting' ORDER BY rank, waiting_since, conversation_id LIMIT \(QueueTurn.firedMax)
            """
        }
    }

    private func condition(_ page: QueuePage) -> SQL {
        let ofOthers: SQL = page.notFor.isEmpty ? "" : " AND (team_id IS NULL OR team_id <> ALL(\(Array(page.notFor))))"
        let position: SQL =
            page.after.map {
                " AND (rank, waiting_since, conversation_id) > (\(10 - $0.priority), \($0.waitingSince), \($0.conversation))"
            } ?? ""
        return """
            sector = \(page.sector) AND status = 'waiting' AND conversation_id <> ALL(\(page.except))\(position)\(ofOthers)
             ORDER BY rank, waiting_since, conversation_id LIMIT \(page.size)
            """
    }

    private func offer(_ id: EntityID, to agent: AgentID) throws -> KnownOffer? {
        try run(
            """
            SELECT state, conversation_id, decision_id FROM router.offers
             WHERE client_id = \(tenant) AND id = \(id) AND agent_id = \(agent)
            """
        ).first.map { row in
            KnownOffer(
                state: OfferState(rawValue: try row["state"]), conversation: try row["conversation_id"],
                decision: try row["decision_id"])
        }
    }

    private func standingAssignment(of conversation: ConversationID) throws -> Assignment? {
        try run(
            """
            SELECT \(Assignment.columns) FROM router.assignments s
              JOIN router.sector_agents a ON a.client_id = s.client_id AND a.id = s.agent_id
              JOIN router.work_items w ON w.client_id = s.client_id AND w.conversation_id = s.conversation_id
             WHERE s.client_id = \(tenant) AND s.conversation_id = \(conversation) AND s.ended_at IS NULL
            """
        ).first.map(Assignment.init)
    }

    private func dueTimers(max: Int) throws -> [QueueTimer] {
        try run(
            """
            SELECT kind, subject_id FROM router.timers WHERE client_id = \(tenant) AND due_at <= \(now)
             ORDER BY due_at, kind, subject_id LIMIT \(max)
            """
        ).map { row in
            let name: String = try row["kind"]
            guard let kind = QueueTimer.Kind(rawValue: name) else { throw DatabaseError.decoding("kind is \(name)") }
            return QueueTimer(kind: kind, subject: try row["subject_id"])
        }
    }

    /// Until when each of these agents has a connection; those who never had one, or not for long, are missing.
    static func connections(
        of ids: [AgentID], _ tenant: TenantID, in transaction: Transaction
    ) throws -> [AgentID: Date] {
        let rows = try transaction.pipeline([
            transaction.scope(to: tenant),
            """
            SELECT agent_id, max(expires_at) AS connected_until FROM router.agent_connections
             WHERE client_id = \(tenant) AND agent_id = ANY(\(ids)) GROUP BY agent_id
            """,
        ])[1]
        return try Dictionary(uniqueKeysWithValues: rows.map { (try $0["agent_id"] as AgentID, try $0["connected_until"] as Date) })
    }
}
