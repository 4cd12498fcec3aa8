import Contracts
import Foundation
import Storage
import TestSupport
import Testing

@Suite struct `A copy` {
    @Test func `of the last message follows an edit, and says that it was deleted`() async throws {
        try await ChatFixture.run { chat in
            let (ana, bruno) = (chat.customer(), chat.agent())
            let session = try await chat.conversation(of: ana, saying: "First")
            let message = try await chat.say("My PIN is 1234", by: ana, in: session.id).message
            func last() async throws -> Session.LastMessage? { try await chat.session(session.id, as: bruno).lastMessage }
            #expect(try await last()?.text == "My PIN is 1234")
            _ = try await chat.ask(EditMessage(principal: ana, id: message.id, text: "My PIN is secret"))
            let edited = try #require(try await last())
            #expect(edited.text == "My PIN is secret" && edited.deletedAt == nil)
            _ = try await chat.ask(DeleteMessage(principal: ana, id: message.id))
            let deleted = try #require(try await last())
            #expect(deleted.text.isEmpty && deleted.deletedAt != nil && deleted.sequence == message.sequence)
            try await chat.say("Next", by: ana, in: session.id)
            let next = try #require(try await last())
            #expect(next.text == "Next" && next.deletedAt == nil)
        }
    }

    @Test func `of a message deleted before copies knew of it says so too`() async throws {
        try await ChatFixture.run { chat in
            let (ana, bruno) = (chat.customer(), chat.agent())
            let session = try await chat.conversation(of: ana, saying: "Oops")
            _ = try await chat.database.query(
                .tenant(chat.tenant),
                "UPDATE chat.conversations SET last_message = jsonb_set(last_message, '{text}', '\"\"') WHERE client_id = \(chat.tenant)")
            #expect(try await chat.session(session.id, as: bruno).lastMessage?.deletedAt != nil)
        }
    }

    @Test func `is found by the changed message's own place`() async throws {
        try await ChatFixture.run { chat in
            let ana = chat.customer()
            let session = try await chat.conversation(of: ana, saying: "First")
            let message = try await chat.say("Second", by: ana, in: session.id).message
            _ = try await chat.ask(EditMessage(principal: ana, id: message.id, text: "2"))
            _ = try await chat.ask(DeleteMessage(principal: ana, id: message.id))
            let rows = try await chat.database.query(
                .none,
                "SELECT payload FROM chat.outbox WHERE key = \(session.id.uuid) AND subject IN (\(MessageEdited.subject), \(MessageDeleted.subject)) ORDER BY seq"
            )
            let payloads: [[UInt8]] = try rows.map { try $0["payload"] }
            #expect(payloads.count == 2)
            #expect(try JSON.decode(MessageEdited.self, from: payloads[0]).messageSequence == message.sequence)
            #expect(try JSON.decode(MessageDeleted.self, from: payloads[1]).messageSequence == message.sequence)
        }
    }

    @Test func `of how much is unread leaves out what was deleted, for both sides`() async throws {
        try await ChatFixture.run { chat in
            let (ana, bruno) = (chat.customer(), chat.agent())
            let session = try await chat.conversation(of: ana, saying: "First")
            let hers = try await chat.say("Second", by: ana, in: session.id).message
            try await chat.assign(session.id, to: bruno)
            try await eventually("the assignment is mirrored") { try await chat.session(session.id, as: bruno).agent != nil }
            let his = try await chat.say("Yes?", by: bruno, in: session.id).message
            #expect(try await chat.session(session.id, as: bruno).unreadCount == 2)
            #expect(try await chat.session(session.id, as: ana).unreadCount == 1)
            _ = try await chat.ask(DeleteMessage(principal: ana, id: hers.id))
            _ = try await chat.ask(DeleteMessage(principal: bruno, id: his.id))
            #expect(try await chat.session(session.id, as: bruno).unreadCount == 1)
            #expect(try await chat.session(session.id, as: ana).unreadCount == 0)
            let listed = try await chat.ask(ListConversations(principal: bruno, filter: ConversationFilter(), limit: 10)).items
            #expect(listed.map(\.unreadCount) == [1])
        }
    }

    @Test func `of a customer's name follows it among the participants`() async throws {
        try await ChatFixture.run { chat in
            let (ana, bruno) = (chat.customer("Ana"), chat.agent())
            let session = try await chat.conversation(of: ana)
            _ = try await chat.ask(UpdateCustomer(principal: bruno, id: session.customer.id, name: "Ana Berg"))
            #expect(try await chat.ask(ListParticipants(principal: bruno, sessionID: session.id)).items.map(\.name) == ["Ana Berg"])
            #expect(try await chat.session(session.id, as: bruno).customer.name == "Ana Berg")
        }
    }
}

@Suite struct `A change of subject or priority` {
    @Test func `is said with the next sequence, once, with what stands then`() async throws {
        try await ChatFixture.run { chat in
            let (ana, bruno) = (chat.customer(), chat.agent())
            let session = try await chat.conversation(of: ana)
            let changed = try await chat.ask(
                ChangeConversation(principal: bruno, id: session.id, priority: 9, subject: "Poles"))
            #expect(changed.lastSequence == 2 && changed.lastMessageSequence == 1, "messages are counted apart")
            let repeated = try await chat.ask(
                ChangeConversation(principal: bruno, id: session.id, priority: 9, subject: "Poles"))
            #expect(repeated.lastSequence == 2 && repeated.updatedAt == changed.updatedAt)
            let entries = try await chat.ask(ReadEntries(principal: ana, sessionID: session.id, after: 1, limit: 10)).entries
            #expect(entries.map(\.subject) == [ConversationChanged.subject.rawValue])
            let event = try JSON.decode(ConversationChanged.self, from: Array(try #require(entries.first).payload.utf8))
            #expect(event.subject == "Poles" && event.priority == 9 && event.at == changed.updatedAt)
            #expect(event.by.id == EntityID(bruno.subject.uuid))
        }
    }

    @Test func `comes before the status that came with it`() async throws {
        try await ChatFixture.run { chat in
            let (ana, bruno) = (chat.customer(), chat.agent())
            let session = try await chat.conversation(of: ana)
            _ = try await chat.ask(ChangeConversation(principal: bruno, id: session.id, status: .resolved, priority: 1))
            #expect(
                try await chat.said(session.id.uuid).suffix(3) == [
                    "chat.conversation-changed", "chat.conversation-waiting", "chat.conversation-status-changed",
                ])
        }
    }
}

@Suite struct `A client that is ahead of the conversation` {
    @Test func `is told how far the conversation goes, by both ways of reading`() async throws {
        try await ChatFixture.run { chat in
            let ana = chat.customer()
            let session = try await chat.conversation(of: ana)
            let entries = try await chat.ask(ReadEntries(principal: ana, sessionID: session.id, after: 7, limit: 10))
            #expect(entries.entries.isEmpty && entries.isComplete && entries.through == 1)
            let page = try await chat.ask(ListMessages(principal: ana, sessionID: session.id, after: 7, limit: 10))
            #expect(page.items.isEmpty && page.through == 1)
            let level = try await chat.ask(ReadEntries(principal: ana, sessionID: session.id, after: 1, limit: 10))
            #expect(level.isComplete && level.through == 1)
        }
    }
}
