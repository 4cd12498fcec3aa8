import Bus
import Contracts
import Crypto
import EventLog
import Foundation

/// Several changes in one transaction, in their order: all or none, or those that are not refused.
struct ChangeTeamsHandler: RequestHandler {
    /// Changes in one request: the company's queue stands still meanwhile.
    static let operationsMax = 200

    let desk: RoutingDesk

    func answer(_ request: ChangeTeams, context: RequestContext) async throws -> TeamChanges {
        let principal = request.principal
        guard (1...Self.operationsMax).contains(request.operations.count) else {
            throw RoutingError.fieldInvalid(field: "operations", detail: "needs 1 to \(Self.operationsMax) entries")
        }
        let agents = request.operations.compactMap { $0.kind?.isOfAgents == true ? $0.id.map { AgentID($0.uuid) } : nil }
        let needs = QueueTurn.Needs(tenant: principal.clientID, agents: Set(agents), traceparent: context.traceparent)
        // Members of JSON have no order of their own; sorted they are the same bytes at every attempt.
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        let record = IdempotencyRecord(
            service: .router, key: context.key, subject: ChangeTeams.subject,
            request: principal.clientID.uuid.bytes + [request.isAtomic ? 1 : 0] + Array(try encoder.encode(request.operations)))
        return try await desk.open(needs, once: record) { open in
            var results: [TeamChange] = []
            for (index, operation) in request.operations.enumerated() {
                do {
                    let id = try open.perform { try $0.apply(operation, by: principal) }
                    results.append(TeamChange(index: index, operation: operation.operation, id: id))
                } catch let error as RoutingError {
                    // Thrown, the transaction leaves nothing behind.
                    guard !request.isAtomic else {
                        throw RoutingError.operationRefused(index: index, code: error.code, details: .object(error.details))
                    }
                    results.append(
                        TeamChange(
                            index: index, operation: operation.operation,
                            refusal: TeamChangeRefusal(code: error.code, details: error.details)))
                }
            }
            let changes = TeamChanges(applied: results.count { $0.refusal == nil }, results: results)
            return { _ in changes }
        }
    }
}

extension TeamOperation.Kind {
    fileprivate var isOfAgents: Bool { self == .createAgent || self == .changeAgent || self == .deleteAgent }
}

extension QueueTurn {
    /// - Returns: the id of what was created, changed or removed.
    fileprivate mutating func apply(_ operation: TeamOperation, by principal: Principal) throws -> EntityID {
        func required<Value>(_ value: Value?, _ field: String) throws -> Value {
            guard let value else { throw RoutingError.fieldInvalid(field: field, detail: "is missing") }
            return value
        }
        guard let kind = operation.kind else {
            throw RoutingError.fieldInvalid(
                field: "operation", detail: "is none of \(TeamOperation.Kind.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        let id = try required(operation.id, "id")
        let author = Author(principal)
        switch kind {
        case .createTeam, .changeTeam:
            _ = try save(
                SaveTeam(
                    principal: principal, id: TeamID(id.uuid), isNew: kind == .createTeam, name: operation.name, sector: operation.sector,
                    description: operation.description, fallbackTeamID: operation.fallbackTeamID,
                    removesFallback: operation.removesFallback))
        case .deleteTeam: try delete(TeamID(id.uuid), by: author)
        case .addMember, .changeMember:
            _ = try save(
                SaveTeamMember(
                    principal: principal, teamID: required(operation.teamID, "team_id"), id: TeamMemberID(id.uuid),
                    isNew: kind == .addMember, userID: operation.userID, role: operation.role, active: operation.active))
        case .removeMember: try remove(TeamMemberID(id.uuid), from: required(operation.teamID, "team_id"), by: author)
        case .assignAgent:
            _ = try assign(
                AssignTeamAgent(
                    principal: principal, teamID: required(operation.teamID, "team_id"), id: TeamAssignmentID(id.uuid),
                    memberID: required(operation.memberID, "member_id"), agentID: operation.agentID))
        case .endAssignment: try end(TeamAssignmentID(id.uuid), in: required(operation.teamID, "team_id"), by: author)
        case .createAgent, .changeAgent:
            _ = try save(
                SaveAgent(
                    principal: principal, id: AgentID(id.uuid), isNew: kind == .createAgent, name: operation.name, kind: operation.type,
                    sector: operation.sector, priority: operation.priority, capabilities: operation.capabilities,
                    capacity: operation.capacity, channelCapacities: operation.channelCapacities, successRate: operation.successRate,
                    meanHandlingSeconds: operation.meanHandlingSeconds, active: operation.active))
        case .deleteAgent: try delete(AgentID(id.uuid), by: author)
        }
        return id
    }
}
