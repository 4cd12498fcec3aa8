import Bus
import Contracts
import Foundation
import GatewayService
import Testing
import TestSupport

@Suite(.timeLimit(.minutes(5))) struct `A gateway that starts while a service is away` {
    private static let impatient: @Sendable (inout GatewayConfiguration) -> Void = { $0.sockets.followingPatience = .milliseconds(50) }

    @Test func `serves visitors without the router`() async throws {
        try await withGateway(absent: [.router]) { (gateway) async throws in
            gateway.answerSockets()
            let socket = try await gateway.visitorSocket(after: 0)
            _ = try await socket.next("ready")
            try gateway.chat.say(
                Examples.appended("live"), tenant: TestTokens.tenant, key: Examples.sessionID.uuid, sequence: 1)
            #expect(try await socket.next("message")["data"]?["text"]?.string == "live")
            try await socket.close()
        }
    }

    @Test func `tells its people what is stale, and to read anew once it is not`() async throws {
        try await withGateway(absent: [.router], Self.impatient) { (gateway) async throws in
            gateway.answerSockets()
            let socket = try await gateway.realtimeSocket()
            let ready = try await socket.next("ready")
            #expect(ready["data"]?["stale"] == ["router"])
            gateway.network.mend(.router)
            #expect(try await socket.next("resync")["data"]?["session_id"] == .null)
            let later = try await gateway.realtimeSocket()
            #expect(try await later.next("ready")["data"]?["stale"] == [])
            try await socket.close()
            try await later.close()
        }
    }

    @Test func `refuses to follow a conversation, rather than keep whoever asks waiting for chat`() async throws {
        try await withGateway(absent: [.chat], Self.impatient) { (gateway) async throws in
            gateway.answerSockets()
            let socket = try await gateway.realtimeSocket()
            #expect(try await socket.next("ready")["data"]?["stale"] == ["chat"])
            try await socket.send(["type": "subscribe", "session_id": .string(Examples.sessionID.description), "after": 0])
            #expect(try await socket.next("error")["data"]?["problem"]?["status"]?.integer == 503)
            gateway.network.mend(.chat)
            _ = try await socket.next("resync")
            try await socket.send(["type": "subscribe", "session_id": .string(Examples.sessionID.description), "after": 0])
            #expect(try await socket.next("ready")["data"]?["session_id"]?.string == Examples.sessionID.description)
            try await socket.close()
        }
    }
}
