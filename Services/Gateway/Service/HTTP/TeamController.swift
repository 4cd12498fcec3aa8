import Bus
import Contracts
import Foundation
import Hummingbird

/// Teams, their members, the agents that work for them, and what they did.
struct TeamController {
    var routes: [Route] {
        [
            Route(.get, "/api/teams", "listTeams", ListTeams.access, scope: .routingRead) { call in
                try await call.pass(ListTeams(principal: call.principal, sector: call.query("sector"), page: try call.part()))
            },
            Route(.post, "/api/teams", "createTeam", SaveTeam.access) { try await create($0) },
            Route(.post, "/api/teams/bulk", "changeTeams", ChangeTeams.access) { try await changeMany($0) },
            Route(.get, "/api/teams/suggestions", "suggestTeamMoves", SuggestTeamMoves.access) { call in
                try await call.pass(SuggestTeamMoves(principal: call.principal))
            },
            Route(.get, "/api/teams/{id}", "getTeam", GetTeam.access, scope: .routingRead) { call in
                try await call.pass(GetTeam(principal: call.principal, id: try call.id("team")))
            },
            Route(.put, "/api/teams/{id}", "changeTeam", SaveTeam.access) { try await change($0) },
            Route(.delete, "/api/teams/{id}", "deleteTeam", DeleteTeam.access) { call in
                try await call.done(DeleteTeam(principal: call.principal, id: try call.id("team")))
            },
            Route(.get, "/api/teams/{id}/members", "listTeamMembers", ListTeamMembers.access, scope: .routingRead) { call in
                try await call.pass(ListTeamMembers(principal: call.principal, teamID: try call.id("team"), page: try call.part()))
            },
            Route(.post, "/api/teams/{id}/members", "addTeamMember", SaveTeamMember.access) { try await addMember($0) },
            Route(.put, "/api/teams/{id}/members/{memberId}", "changeTeamMember", SaveTeamMember.access) { try await changeMember($0) },
            Route(.delete, "/api/teams/{id}/members/{memberId}", "removeTeamMember", RemoveTeamMember.access) { call in
                try await call.done(
                    RemoveTeamMember(
                        principal: call.principal, teamID: try call.id("team"), id: try call.id("team-member", at: "memberId")))
            },
            Route(.post, "/api/teams/{id}/agents", "assignTeamAgent", AssignTeamAgent.access) { try await assign($0) },
            Route(.delete, "/api/teams/{id}/agents/{assignmentId}", "endTeamAssignment", EndTeamAssignment.access) { call in
                try await call.done(
                    EndTeamAssignment(
                        principal: call.principal, teamID: try call.id("team"), id: try call.id("team-assignment", at: "assignmentId")))
            },
            Route(.get, "/api/teams/{id}/performance", "listTeamPerformance", ListTeamPerformance.access, scope: .routingRead) { call in
                try await call.pass(
                    ListTeamPerformance(
                        principal: call.principal, teamID: try call.id("team"), from: call.query("from"), to: call.query("to"),
                        page: try call.part()))
            },
        ]
    }

    private struct Draft: Decodable {
        let id: TeamID?
        let name: String?
        let sector: String?
        let description: String?
        let fallbackTeamID: TeamID?
        /// Given as null, which is not the same as left out.
        let removesFallback: Bool

        enum CodingKeys: String, CodingKey {
            case id, name, sector, description
            case fallbackTeamID = "fallback_team_id"
        }

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            id = try container.decodeIfPresent(TeamID.self, forKey: .id)
            name = try container.decodeIfPresent(String.self, forKey: .name)
            sector = try container.decodeIfPresent(String.self, forKey: .sector)
            description = try container.decodeIfPresent(String.self, forKey: .description)
            fallbackTeamID = try container.decodeIfPresent(TeamID.self, forKey: .fallbackTeamID)
            removesFallback = container.contains(.fallbackTeamID) && fallbackTeamID == nil
        }

        func saving(_ principal: Principal, _ id: TeamID, isNew: Bool) -> SaveTeam {
            SaveTeam(
                principal: principal, id: id, isNew: isNew, name: name, sector: sector, description: description,
                fallbackTeamID: fallbackTeamID, removesFallback: removesFallback)
        }
    }

    private func create(_ call: GatewayCall) async throws -> Response {
        let draft = try call.decode(Draft.self)
        guard draft.name != nil else { throw Problem.body("name", "is missing") }
        return try await call.pass(draft.saving(call.principal, try draft.id ?? TeamID(call.newID()), isNew: true), status: .created)
    }

    private func change(_ call: GatewayCall) async throws -> Response {
        let id: TeamID = try call.id("team")
        return try await call.pass(try call.decode(Draft.self).saving(call.principal, id, isNew: false))
    }

    private struct Member: Decodable {
        let id: TeamMemberID?
        let userID: UserID?
        let role: String?
        let active: Bool?

        enum CodingKeys: String, CodingKey {
            case id, role, active
            case userID = "user_id"
        }
    }

    private func addMember(_ call: GatewayCall) async throws -> Response {
        let team: TeamID = try call.id("team")
        let member = try call.decode(Member.self)
        guard member.userID != nil else { throw Problem.body("user_id", "is missing") }
        return try await call.pass(
            SaveTeamMember(
                principal: call.principal, teamID: team, id: try member.id ?? TeamMemberID(call.newID()), isNew: true,
                userID: member.userID, role: member.role, active: member.active),
            status: .created)
    }

    private func changeMember(_ call: GatewayCall) async throws -> Response {
        let team: TeamID = try call.id("team")
        let id: TeamMemberID = try call.id("team-member", at: "memberId")
        let member = try call.decode(Member.self)
        return try await call.pass(
            SaveTeamMember(
                principal: call.principal, teamID: team, id: id, isNew: false, userID: member.userID, role: member.role,
                active: member.active))
    }

    private struct Assignment: Decodable {
        let id: TeamAssignmentID?
        let memberID: TeamMemberID
        let agentID: AgentID?

        enum CodingKeys: String, CodingKey {
            case id
            case memberID = "member_id"
            case agentID = "agent_id"
        }
    }

    private func assign(_ call: GatewayCall) async throws -> Response {
        let team: TeamID = try call.id("team")
        let assignment = try call.decode(Assignment.self)
        return try await call.pass(
            AssignTeamAgent(
                principal: call.principal, teamID: team, id: try assignment.id ?? TeamAssignmentID(call.newID()),
                memberID: assignment.memberID, agentID: assignment.agentID),
            status: .created)
    }

    private struct Changes: Decodable {
        let mode: String?
        let operations: [TeamOperation]
    }

    private static let modes = ["all_or_nothing", "per_row"]

    private func changeMany(_ call: GatewayCall) async throws -> Response {
        let changes = try call.decode(Changes.self)
        let mode = changes.mode ?? Self.modes[0]
        guard Self.modes.contains(mode) else { throw Problem.body("mode", "is none of \(Self.modes.joined(separator: ", "))") }
        let creating: Set<TeamOperation.Kind> = [.createTeam, .addMember, .assignAgent, .createAgent]
        let operations = try changes.operations.enumerated().map { index, operation in
            guard let kind = operation.kind, creating.contains(kind), operation.id == nil else { return operation }
            return operation.with(id: EntityID(try call.newID(part: String(index)))) ?? operation
        }
        let reply = try await call.ask(
            ChangeTeams(principal: call.principal, operations: operations, isAtomic: mode == Self.modes[0]))
        return try .json(
            ["applied": .integer(Int64(reply.applied)), "results": .array(reply.results.map(Self.result))] as JSONValue)
    }

    /// A refused row carries the problem that it would have been alone.
    private static func result(_ change: TeamChange) -> JSONValue {
        [
            "index": .integer(Int64(change.index)), "operation": .string(change.operation),
            "id": change.id.map { .string($0.description) } ?? .null,
            "problem": change.refusal.map {
                RoutingError(code: $0.code, details: $0.details).problem.within("operations[\(change.index)]").json(traceID: nil)
            } ?? .null,
        ]
    }
}
