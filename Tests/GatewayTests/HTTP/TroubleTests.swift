import Bus
import Contracts
import Foundation
import GatewayService
import ServiceKit
import Testing

@Suite struct `A sampled trace` {
    static let sampled = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"

    @Test func `is logged when its sender asks for it, and only a few a second`() throws {
        let trace = try #require(TraceContext(header: Self.sampled))
        let sampling = TraceSampling()
        let noon = ContinuousClock.now
        #expect(trace.isSampled && !TraceContext.generate().isSampled)
        let admitted = (0..<TraceSampling.perSecondMax + 5).map { _ in sampling.admit(trace, now: noon) }
        #expect(admitted.count(where: \.isSampled) == TraceSampling.perSecondMax)
        #expect(admitted.allSatisfy { $0.traceID == trace.traceID })
        #expect(sampling.admit(trace, now: noon + .seconds(1)).isSampled)
        #expect(!sampling.admit(trace.unsampled, now: noon + .seconds(2)).isSampled)
    }

    @Test func `is recognised on the bus`() {
        #expect(SampledTrace(Self.sampled)?.traceID == "4bf92f3577b34da6a3ce929d0e0e4736")
        for other in [nil, "", String(Self.sampled.dropLast()) + "0", Self.sampled + "1", String(repeating: "é", count: 55)] {
            #expect(SampledTrace(other) == nil)
        }
    }
}

@Suite struct `Trouble on the bus` {
    @Test(arguments: [
        (BusError.overloaded(retryAfter: .milliseconds(1200)), 503, "2" as String?),
        (BusError.unavailable(retryAfter: .seconds(1)), 503, "1" as String?),
        (BusError.deadlineExceeded, 503, "1" as String?), (BusError.replicasLost, 503, "1" as String?),
        (BusError.internal(incident: "i"), 500, nil as String?),
        (BusError.malformed("x"), 502, nil as String?),
    ])
    func `is rendered with its own status, and says when to come back`(error: BusError, status: Int, retryAfter: String?) {
        let problem = error.problem
        #expect(problem.status.code == status)
        #expect(problem.headers[.retryAfter] == retryAfter)
    }

    @Test func `has no text with NUL in an address, which names the parameter`() async throws {
        try await withGateway { (gateway) async throws in
            let answer = try await gateway.request("GET", "/api/v1/chat/sessions?text=a%00b", as: .agent)
            #expect(answer.status == 400)
            #expect(answer.json["errors"] == [["field": "text", "detail": "holds the character U+0000"]])
        }
    }

    @Test func `shows the incident of a bug and not the bug`() async throws {
        try await withGateway { (gateway) async throws in
            gateway.chat.answer(GetConversation.self) { _ in throw BusError.internal(incident: "0193") }
            let answer = try await gateway.request("GET", "/api/v1/chat/sessions/\(Examples.sessionID)", as: .agent)
            #expect(answer.status == 500)
            #expect(answer.json["incident"]?.string == "0193")
            #expect(answer.json["request_id"]?.string == answer.headers["x-request-id"])
        }
    }

    @Test func `lets a refusal of a newer service through as 502 with its code`() async throws {
        try await withGateway { (gateway) async throws in
            gateway.chat.answer(GetConversation.self) { _ in throw ChatError.unknown(code: "moon-phase") }
            let answer = try await gateway.request("GET", "/api/v1/chat/sessions/\(Examples.sessionID)", as: .agent)
            #expect(answer.status == 502)
            #expect(answer.code == "moon-phase")
        }
    }

    @Test func `renders the refusal of a reused Idempotency-Key as 422`() {
        #expect(ChatError.unknown(code: "idempotency-key-reused").problem.status.code == 422)
        #expect(AccountsError.unknown(code: "idempotency-key-reused").problem.status.code == 422)
        #expect(RoutingError.unknown(code: "idempotency-key-reused").problem.status.code == 422)
    }

    @Test func `does not keep a waiting session from being shown when router is away`() async throws {
        try await withGateway { (gateway) async throws in
            gateway.chat.answer(GetConversation.self) { _ in Examples.session() }
            gateway.router.answer(GetQueuePlace.self) { _ in QueueAnswer(place: Session.QueuePlace(position: 3, estimatedWaitSeconds: nil))
            }
            let path = "/api/v1/chat/sessions/\(Examples.sessionID)"
            let placed = try await gateway.request("GET", path, as: .agent)
            #expect(placed.json["queue"]?["position"]?.integer == 3)
            #expect(placed.json["status"]?.string == "waiting")
            gateway.router.answer(GetQueuePlace.self) { _ in throw BusError.unavailable(retryAfter: .seconds(1)) }
            let plain = try await gateway.request("GET", path, as: .agent)
            #expect(plain.status == 200)
            #expect(plain.json["queue"] == .null)
        }
    }
}

@Suite struct `A trace` {
    @Test func `goes on from the client's context to the service and back`() async throws {
        try await withGateway { (gateway) async throws in
            gateway.chat.answer(GetConversation.self) { _ in Examples.session(status: .assigned) }
            let trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
            let answer = try await gateway.request(
                "GET", "/api/v1/chat/sessions/\(Examples.sessionID)", as: .agent, headers: ["traceparent": trace])
            #expect(answer.headers["traceparent"]?.hasPrefix("00-4bf92f3577b34da6a3ce929d0e0e4736-") == true)
            #expect(answer.headers["traceparent"] != trace)
            let asked = try #require(gateway.chat.envelopes(GetConversation.subject).first)
            #expect(asked.traceparent == answer.headers["traceparent"])
        }
    }
}
