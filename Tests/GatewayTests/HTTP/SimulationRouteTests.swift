import Contracts
import Foundation
import Testing

@Suite struct `A draft policy at the edge` {
    private static let begun = RoutingSimulation(
        id: SimulationID(Examples.sessionID.uuid), status: "running", progress: 0, actual: nil, draft: nil, differing: 0, failure: nil)
    private static let period: [String: JSONValue] = ["from": "2026-11-01T00:00:00Z", "to": "2026-11-08T00:00:00Z"]

    private static func body(_ settings: JSONValue) -> JSONValue { .object(period.merging(["settings": settings]) { $1 }) }

    @Test func `is tried with defaults for what it leaves out`() async throws {
        try await withGateway { (gateway) async throws in
            gateway.router.answer(SimulateRouting.self) { _ in Self.begun }
            let answer = try await gateway.request(
                "POST", "/api/v1/routing/simulate", as: .supervisor, body: Self.body(["learned_weight": 5]))
            #expect(answer.status == 201)
            #expect(answer.json["status"]?.string == "running")
            #expect(answer.json["actual"] == .null)
            let asked = try #require(try gateway.router.asked(SimulateRouting.self).first)
            #expect(asked.settings == RoutingSettings(learnedWeight: 5))
            #expect(asked.sector == nil)
        }
    }

    @Test func `that cannot be is refused by the member's name, and nobody is asked`() async throws {
        try await withGateway { (gateway) async throws in
            gateway.router.answer(SimulateRouting.self) { _ in Self.begun }
            let weights: JSONValue = ["success": 40, "priority": 25, "load": 20, "handling_time": 16, "capability": 5]
            let cases: [(settings: JSONValue, field: String)] = [
                (["weights": weights], "settings.weights.success"), (["learned_weight": 21], "settings.learned_weight"),
                (["channel_weights": ["pigeon": 1]], "settings.channel_weights.pigeon"),
                (["relaxation": [["after_seconds": -1, "lacking_max": 0, "levels_below_max": 0]]], "settings.relaxation[0].after_seconds"),
            ]
            for example in cases {
                let answer = try await gateway.request(
                    "POST", "/api/v1/routing/simulate", as: .supervisor, body: Self.body(example.settings))
                #expect(answer.status == 400)
                #expect(answer.fields == [example.field])
            }
            #expect(try gateway.router.asked(SimulateRouting.self).isEmpty)
        }
    }

    @Test func `waits for another one, and is found by its id alone`() async throws {
        try await withGateway { (gateway) async throws in
            gateway.router.answer(SimulateRouting.self) { _ in throw RoutingError.simulationRunning }
            let refused = try await gateway.request("POST", "/api/v1/routing/simulate", as: .supervisor, body: Self.body([:]))
            #expect((refused.status, refused.code) == (409, "simulation-running"))
            gateway.router.answer(SimulateRouting.self) { throw RoutingError.simulationIDReused(id: $0.id) }
            let reused = try await gateway.request("POST", "/api/v1/routing/simulate", as: .supervisor, body: Self.body([:]))
            #expect((reused.status, reused.code, reused.fields) == (409, "simulation-id-reused", ["id"]))
            gateway.router.answer(GetRoutingSimulation.self) { throw RoutingError.simulationNotFound(id: $0.id) }
            let missing = try await gateway.request("GET", "/api/v1/routing/simulations/\(Self.begun.id)", as: .supervisor)
            #expect((missing.status, missing.code) == (404, "simulation-not-found"))
        }
    }
}
