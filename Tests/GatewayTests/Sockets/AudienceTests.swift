import Bus
import Contracts
import Foundation
import GatewayService
import TestSupport
import Testing

@Suite struct `What leaves through sockets` {
    /// Every event of the contracts, with what a visitor and an agent hear of it.
    static let events: [(subject: Subject, audience: Audience, visitor: String?, agent: String?)] = [
        (MessageAppended.subject, MessageAppended.audience, "message", "message"),
        (NoteAppended.subject, NoteAppended.audience, nil, "message"),
        (MessageEdited.subject, MessageEdited.audience, "message_edited", "message_edited"),
        (MessageDeleted.subject, MessageDeleted.audience, "message_deleted", "message_deleted"),
        (ConversationOpened.subject, ConversationOpened.audience, "status", "status"),
        (ConversationStatusChanged.subject, ConversationStatusChanged.audience, "status", "status"),
        (ConversationChanged.subject, ConversationChanged.audience, "session", "session"),
        (ConversationWaiting.subject, ConversationWaiting.audience, nil, nil),
        (AssignmentApplied.subject, AssignmentApplied.audience, "assigned", "assigned"),
        (ReceiptsAdvanced.subject, ReceiptsAdvanced.audience, "receipt", "receipt"),
        (DeliveryChanged.subject, DeliveryChanged.audience, nil, "delivery"),
        (SLAWarning.subject, SLAWarning.audience, nil, "sla"),
        (SLABreached.subject, SLABreached.audience, nil, "sla"),
        (QueuePlaceChanged.subject, QueuePlaceChanged.audience, "queue", "queue"),
        (CustomerChanged.subject, CustomerChanged.audience, nil, "customer"),
        // The key is no agent here: see below for whom it is.
        (OfferChanged.subject, OfferChanged.audience, nil, nil),
        (AgentPresenceChanged.subject, AgentPresenceChanged.audience, nil, "presence"),
        (ConversationAssigned.subject, ConversationAssigned.audience, nil, nil),
        (ConversationUnassigned.subject, ConversationUnassigned.audience, nil, nil),
        (UserCreated.subject, UserCreated.audience, nil, nil),
        (UserChanged.subject, UserChanged.audience, nil, nil),
        (AccessEnded.subject, AccessEnded.audience, nil, nil),
        (BusinessRulesChanged.subject, BusinessRulesChanged.audience, nil, nil),
        ("chat.something-new", .everyone, nil, nil),
    ]

    @Test func `is exactly what the allow-list says, for a visitor and for an agent`() async throws {
        try await withGateway { (gateway) async throws in
            gateway.answerSockets()
            let visitor = try await gateway.visitorSocket(after: 0)
            _ = try await visitor.next("ready")
            let agent = try await gateway.realtimeSocket()
            _ = try await agent.next("ready")
            let key = Examples.sessionID.uuid
            // Said through one log, so that their order holds; whose log it is makes no difference at the edge.
            for (index, event) in Self.events.enumerated() {
                try gateway.chat.say(
                    event.subject, payload: Array("{}".utf8), tenant: TestTokens.tenant, key: key, sequence: Int64(index + 1),
                    audience: event.audience)
            }
            try gateway.chat.say(Examples.appended("last"), tenant: TestTokens.tenant, key: key, sequence: 1000)
            func heard(_ socket: WebSocketClient) async throws -> [String] {
                var types: [String] = []
                while true {
                    let frame = try await socket.next()
                    if frame["sequence"]?.integer == 1000 { return types }
                    types.append(frame["type"]?.string ?? "")
                }
            }
            #expect(try await heard(visitor) == Self.events.compactMap(\.visitor))
            #expect(try await heard(agent) == Self.events.compactMap(\.agent))
        }
    }

    /// A new event must be put into the table above, and into the allow-list or not, by somebody who thought about it.
    @Test func `is decided for every event of the contracts`() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        var declared = 0
        let files = try #require(
            FileManager.default.enumerator(at: root.appending(path: "Shared/Contracts"), includingPropertiesForKeys: nil))
        for case let file as URL in files where file.pathExtension == "swift" {
            declared += try String(contentsOf: file, encoding: .utf8).components(separatedBy: ": Event, Equatable {").count - 1
        }
        #expect(declared == Self.events.count - 1)
    }

    @Test func `is an agent's own where it is an offer`() async throws {
        try await withGateway { (gateway) async throws in
            gateway.answerSockets()
            let agent = try await gateway.realtimeSocket()
            let supervisor = try await gateway.realtimeSocket(.supervisor)
            _ = try await agent.next("ready")
            _ = try await supervisor.next("ready")
            try gateway.chat.say(
                OfferChanged.subject, payload: Array("{}".utf8), tenant: TestTokens.tenant, key: TestTokens.subject(.agent).uuid,
                sequence: 1,
                audience: OfferChanged.audience)
            try gateway.chat.say(Examples.appended("last"), tenant: TestTokens.tenant, key: Examples.sessionID.uuid, sequence: 1000)
            #expect(try await agent.next()["type"]?.string == "offer")
            #expect(try await agent.next()["sequence"]?.integer == 1000)
            #expect(try await supervisor.next()["sequence"]?.integer == 1000, "it was not for her")
        }
    }

    @Test func `never crosses from one company to another, nor between conversations of customers`() async throws {
        try await withGateway { (gateway) async throws in
            gateway.answerSockets()
            let visitor = try await gateway.visitorSocket(after: 0)
            _ = try await visitor.next("ready")
            let agent = try await gateway.realtimeSocket()
            _ = try await agent.next("ready")
            let key = Examples.sessionID.uuid
            let other = ConversationID.new()
            try gateway.chat.say(Examples.appended("another company's"), tenant: .new(), key: key, sequence: 1)
            try gateway.chat.say(Examples.appended("another's", in: other), tenant: TestTokens.tenant, key: other.uuid, sequence: 1)
            try gateway.chat.say(Examples.appended("mine"), tenant: TestTokens.tenant, key: key, sequence: 2)
            #expect(try await visitor.next()["data"]?["text"]?.string == "mine")
            let heard = [try await agent.next(), try await agent.next()].map { $0["data"]?["text"]?.string ?? "" }
            #expect(Set(heard) == ["another's", "mine"])
        }
    }

    @Test func `includes typing for who follows the conversation, but not for the typist`() async throws {
        try await withGateway { (gateway) async throws in
            gateway.answerSockets()
            let visitor = try await gateway.visitorSocket(after: 0)
            _ = try await visitor.next("ready")
            let agent = try await gateway.realtimeSocket()
            _ = try await agent.next("ready")
            let key = Examples.sessionID.uuid
            func type(_ kind: Author.Kind, _ id: UUID) throws {
                let typing = TypingChanged(
                    sessionID: Examples.sessionID, author: Author(kind: kind, id: EntityID(id), name: ""), active: true)
                gateway.chat.whisper(TypingChanged.subject, payload: try JSON.encode(typing), tenant: TestTokens.tenant, key: key)
            }
            try type(.customer, TestTokens.subject(.customer).uuid)
            try type(.agent, TestTokens.subject(.agent).uuid)
            try gateway.chat.say(Examples.appended("fence"), tenant: TestTokens.tenant, key: key, sequence: 1)
            #expect(try await visitor.next("typing")["data"]?["author"]?["type"]?.string == "agent")
            #expect(try await agent.next()["type"]?.string == "message", "an agent who does not follow it hears no typing")
        }
    }
}
