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

    struct Change: Decodable {
        let name: String?
        let sector: String?
        let description: String?
        let fallbackTeamID: TeamID?
        /// Given as null, which is not the same as left out.
        let removesFallback: Bool

        enum CodingKeys: String, CodingKey {
            case name, sector, description
            case fallbackTeamID = "fallback_team_id"
        }

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
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

    /// What can be changed later, and what a new one has besides.
    struct NewTeam: Decodable {
        let id: TeamID?
        let team: Change

        enum CodingKeys: String, CodingKey {
            case id, name
        }

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            id = try container.decodeIfPresent(TeamID.self, forKey: .id)
            _ = try container.decode(String.self, forKey: .name)
            team = try Change(from: decoder)
        }
    }

    private func create(_ call: GatewayCall) async throws -> Response {
        let new = try call.decode(NewTeam.self)
        return try await call.pass(new.team.saving(call.principal, try new.id ?? TeamID(call.newID()), isNew: true), status: .created)
    }

    private func change(_ call: GatewayCall) async throws -> Response {
        let id: TeamID = try call.id("team")
        return try await call.pass(try call.decode(Change.self).saving(call.principal, id, isNew: false))
    }

    struct NewMember: Decodable {
        let id: TeamMemberID?
        let userID: UserID
        let role: String?
        let active: Bool?

        enum CodingKeys: String, CodingKey {
            case id, role, active
            case userID = "user_id"
        }
    }

    private func addMember(_ call: GatewayCall) async throws -> Response {
        let team: TeamID = try call.id("team")
        let member = try call.decode(NewMember.self)
        return try await call.pass(
            SaveTeamMember(
                principal: call.principal, teamID: team, id: try member.id ?? TeamMemberID(call.newID()), isNew: true,
                userID: member.userID, role: member.role, active: member.active),
            status: .created)
    }

    struct MemberChange: Decodable {
        let role: String?
        let active: Bool?
    }

    private func changeMember(_ call: GatewayCall) async throws -> Response {
        let team: TeamID = try call.id("team")
        let id: TeamMemberID = try call.id("team-member", at: "memberId")
        let member = try call.decode(MemberChange.self)
        return try await call.pass(
            SaveTeamMember(
                principal: call.principal, teamID: team, id: id, isNew: false, role: member.role, active: member.active))
    }

    struct Assignment: Decodable {
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

    struct Changes: Decodable {
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
        return try .json(Results(applied: reply.applied, results: reply.results.map(Results.Row.init)))
    }

    struct Results: Codable {
        /// A refused row carries the problem that it would have been alone.
        struct Row: Codable {
            let index: Int
            let operation: String
            let id: EntityID?
            let problem: Problem.Document?

            init(_ change: TeamChange) {
                index = change.index
                operation = change.operation
                id = change.id
                problem = change.refusal.map {
                    RoutingError(code: $0.code, details: $0.details).problem.within("operations[\(change.index)]").document(traceID: nil)
                }
            }

            private enum CodingKeys: String, CodingKey {
                case index, operation, id, problem
            }

            func encode(to encoder: any Encoder) throws {
                var container = encoder.container(keyedBy: CodingKeys.self)
                try container.encode(index, forKey: .index)
                try container.encode(operation, forKey: .operation)
                try container.encode(id, forKey: .id)
                try container.encode(problem, forKey: .problem)
            }
        }

        let applied: Int
        let results: [Row]
    }
}

extension TeamController.NewTeam: Described {
    static let meaning = Meaning(
        "NewTeam", .question, "A new team.",
        fields: [
            Field("id", "Chosen by you, so that a retry makes no second one; otherwise we choose."),
            Field("name", "Unique in the company, whatever its case.", .length(1, 200)),
            Field("sector", "One of the company's sectors, see `GET /api/settings/sectors`; `general` is always one.", .length(1, 100)),
            Field("description", "For people.", .length(2000)),
            Field("fallback_team_id", "Gets its work while no active member has an agent; null: nobody.", .orNull),
        ])
}

extension TeamController.Assignment: Described {
    static let meaning = Meaning(
        "NewTeamAssignment", .question, "An agent works for a member; without `agent_id` the member's own.",
        fields: [
            Field("id", "Chosen by you, so that a retry makes no second one; otherwise we choose."),
            Field("member_id", "Whom the agent works for."),
            Field("agent_id", "The agent; without it the member's own."),
        ])
}

extension TeamController.NewMember: Described {
    static let meaning = Meaning(
        "NewTeamMember", .question, "A person joins.",
        fields: [
            Field("id", "Chosen by you, so that a retry makes no second one; otherwise we choose."),
            Field("user_id", "Who joins."),
            Field("role", "A lead is shown as such; nothing else hangs on it.", .words(["member", "lead"])),
            Field("active", "An inactive member's agents get no work of the team."),
        ])
}

extension TeamController.Change: Described {
    static let meaning = Meaning(
        "TeamChange", .question, "What is given changes.",
        fields: [
            Field("name", "Unique in the company, whatever its case.", .length(1, 200)),
            Field("sector", "One of the company's sectors, see `GET /api/settings/sectors`; `general` is always one.", .length(1, 100)),
            Field("description", "For people.", .length(2000)),
            Field("fallback_team_id", "Gets its work while no active member has an agent; null: nobody.", .orNull),
        ])
}

extension TeamController.MemberChange: Described {
    static let meaning = Meaning(
        "TeamMemberChange", .question, "What is given changes.",
        fields: [
            Field("role", "A lead is shown as such; nothing else hangs on it.", .words(["member", "lead"])),
            Field("active", "An inactive member's agents get no work of the team."),
        ])
}

extension TeamController.Results: Described {
    static let meaning = Meaning(
        "TeamOperationResults", .answer, "What became of each change.",
        fields: [
            Field("applied", "How many took effect."),
            Field("results", "One for each change, in its order."),
        ])
}

extension TeamController.Results.Row: Described {
    static let meaning = Meaning(
        nil, .answer,
        fields: [
            Field("index", "Its place in the request, from 0."),
            Field("operation", "What was to be done."),
            Field("id", "Of what was created, changed or removed; null if it was refused."),
            Field("problem", "Why it was refused; null if it took effect."),
        ])
}

extension TeamController.Changes: Described {
    static let meaning = Meaning(
        "TeamOperations", .question, "Several changes in their order.",
        fields: [
            Field(
                "mode", "`all_or_nothing`: one that is refused undoes all.", .standard("all_or_nothing"),
                .words(["all_or_nothing", "per_row"])),
            Field("operations", "In the order in which they are done.", .count(1, 200)),
        ])
}
