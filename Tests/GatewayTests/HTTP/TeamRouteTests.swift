import Contracts
import Foundation
import Testing

@Suite struct `Teams at the edge` {
    private static let team = Team(
        id: TeamID(Examples.sessionID.uuid), name: "Returns", sector: "general", description: "", memberCount: 0, agentCount: 0,
        waitingCount: 0,
        createdAt: Examples.noon, updatedAt: Examples.noon)

    @Test func `come by cursor or by page, never both`() async throws {
        try await withGateway { (gateway) async throws in
            gateway.router.answer(ListTeams.self) { question in
                switch question.page {
                case .after: NumberedPage(items: [Self.team], nextCursor: "next")
                case .numbered(let page, let size):
                    NumberedPage(items: [Self.team], place: .init(page: page, pageSize: size), total: 41)
                }
            }
            let first = try await gateway.request("GET", "/api/teams?limit=7&cursor=there", as: .viewer)
            #expect(first.status == 200)
            #expect(first.json["next_cursor"]?.string == "next")
            #expect(first.json["total"] == nil)
            let page = try await gateway.request("GET", "/api/teams?page=3&page_size=20", as: .viewer)
            #expect(page.json["page"]?.integer == 3)
            #expect(page.json["page_size"]?.integer == 20)
            #expect(page.json["total"]?.integer == 41)
            #expect(
                try gateway.router.asked(ListTeams.self).map(\.page) == [
                    .after(cursor: "there", limit: 7), .numbered(page: 3, size: 20),
                ])
            for (query, field) in [("page=0", "page"), ("page_size=201", "page_size"), ("page=1&cursor=x", "cursor")] {
                let answer = try await gateway.request("GET", "/api/teams?\(query)", as: .viewer)
                #expect(answer.status == 400)
                #expect(answer.fields == [field])
            }
        }
    }

    @Test func `lose their fallback by null, and keep it when nothing is said`() async throws {
        try await withGateway { (gateway) async throws in
            gateway.router.answer(SaveTeam.self) { _ in Self.team }
            for body in [["fallback_team_id": .null], ["name": "Refunds"]] as [JSONValue] {
                #expect(try await gateway.request("PUT", "/api/teams/\(Self.team.id)", as: .supervisor, body: body).status == 200)
            }
            #expect(try gateway.router.asked(SaveTeam.self).map(\.removesFallback) == [true, false])
            #expect(try await gateway.request("POST", "/api/teams", as: .supervisor, body: [:]).fields == ["name"])
        }
    }

    @Test func `answer refusals by the field's name, and those of several changes by row and field`() async throws {
        try await withGateway { (gateway) async throws in
            gateway.router.answer(SaveTeam.self) { _ in throw RoutingError.alreadyTaken(field: "name") }
            let taken = try await gateway.request("POST", "/api/teams", as: .supervisor, body: ["name": "Returns"])
            #expect((taken.status, taken.code, taken.fields) == (409, "already-taken", ["name"]))
            gateway.router.answer(ChangeTeams.self) { question in
                guard !question.isAtomic else {
                    throw RoutingError.operationRefused(
                        index: 1, code: "reference-not-found", details: ["field": "user_id", "id": .string(Self.team.id.description)])
                }
                return TeamChanges(
                    applied: 0,
                    results: [
                        TeamChange(
                            index: 0, operation: "create_team",
                            refusal: TeamChangeRefusal(code: "already-taken", details: ["field": "name"]))
                    ])
            }
            let operations: JSONValue = [["operation": "create_team", "name": "Returns"], ["operation": "delete_team"]]
            let refused = try await gateway.request("POST", "/api/teams/bulk", as: .supervisor, body: ["operations": operations])
            #expect((refused.status, refused.code, refused.fields) == (404, "reference-not-found", ["operations[1].user_id"]))
            let rows = try await gateway.request(
                "POST", "/api/teams/bulk", as: .supervisor, body: ["operations": operations, "mode": "per_row"])
            #expect(rows.status == 200)
            guard case .array(let results)? = rows.json["results"] else {
                Issue.record("no results")
                return
            }
            #expect(results.first?["problem"]?["status"]?.integer == 409)
            #expect(
                try await gateway.request("POST", "/api/teams/bulk", as: .supervisor, body: ["operations": [], "mode": "x"]).fields == [
                    "mode"
                ])
            let asked = try gateway.router.asked(ChangeTeams.self)
            #expect(asked.map(\.isAtomic) == [true, false])
            #expect(asked[0].operations.map { $0.id != nil } == [true, false], "what is created gets an id, what is deleted must have one")
        }
    }
}
