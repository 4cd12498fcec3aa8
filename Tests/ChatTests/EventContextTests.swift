import Contracts
import EventLog
import Foundation
import ServiceKit
import Storage
import Testing
import TestSupport

@Suite(.timeLimit(.minutes(5))) struct `The header of a conversation's event` {
    @Test func `says where the conversation stood: channel, sector, team and agent`() async throws {
        try await ChatFixture.run { chat in
            let (ana, bruno) = (chat.customer(), chat.agent())
            let (wanted, other) = (TeamID.new(), TeamID.new())
            let id = ConversationID.new()
            _ = try await chat.ask(
                OpenConversation(
                    principal: ana, id: id, channel: .website,
                    metadata: ["sector": "sales", "team_id": .string(wanted.description)],
                    message: MessageDraft(id: .new(), text: "one", metadata: [:])))
            let agent = AgentSummary(id: bruno.subject, name: bruno.name)
            try await chat.publish(
                ConversationAssigned(
                    assignment: Assignment(
                        id: .new(), number: 1, sessionID: id, agent: agent, reason: "routed", by: .system, at: Timestamp.now(),
                        teamID: other)),
                key: id.uuid)
            try await eventually("the assignment is mirrored") { try await chat.said(id.uuid).contains("chat.assignment-applied") }
            try await chat.say("two", by: bruno, in: id)
            _ = try await chat.ask(AdvanceReceipts(principal: bruno, sessionID: id, readThrough: 1))
            try await chat.publish(
                ConversationUnassigned(sessionID: id, number: 2, previousAgent: agent, reason: "returned", by: .system), key: id.uuid)
            try await eventually("it waits again") { try await chat.session(id, as: bruno).status == .waiting }
            let contexts = try await chat.contexts(id.uuid)
            #expect(contexts.count >= 7, "there is something to look at")
            let opened = EventContext(channel: .website, sector: "sales", teamID: wanted)
            let held = EventContext(channel: .website, sector: "sales", teamID: other, agentID: bruno.subject)
            let back = EventContext(channel: .website, sector: "sales")
            for (subject, context) in contexts.prefix(3) { #expect(context == opened, "\(subject)") }
            let afterwards = contexts.dropFirst(3)
            #expect(afterwards.first?.subject == "chat.assignment-applied")
            for (subject, context) in afterwards.prefix(3) { #expect(context == held, "\(subject)") }
            #expect(afterwards.contains { $0.subject == "chat.receipts-advanced" })
            #expect(contexts.last?.context == back)
        }
    }

    @Test func `says the general sector where what was asked for is no name of one`() async throws {
        try await ChatFixture.run { chat in
            let id = ConversationID.new()
            _ = try await chat.ask(
                OpenConversation(
                    principal: chat.customer(), id: id, channel: .website,
                    metadata: ["sector": .string(String(repeating: "x", count: 1000)), "team_id": "none"]))
            let contexts = try await chat.contexts(id.uuid)
            #expect(!contexts.isEmpty)
            for (_, context) in contexts { #expect(context == EventContext(channel: .website, sector: SectorName.general)) }
        }
    }
}

extension ChatFixture {
    /// Subject and context of the conversation's events, in order.
    fileprivate func contexts(_ key: UUID) async throws -> [(subject: String, context: EventContext?)] {
        let rows = try await database.query(.none, "SELECT subject, context FROM chat.outbox WHERE key = \(key) ORDER BY seq")
        return try rows.map { row in
            let text: String? = try row["context"]
            return (try row["subject"], try text.map { try JSON.decode(EventContext.self, from: Array($0.utf8)) })
        }
    }
}
