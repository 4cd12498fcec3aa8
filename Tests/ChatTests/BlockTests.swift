import Bus
import Contracts
import Foundation
import Storage
import Synchronization
import TestSupport
import Testing

private enum Writes {
    /// What a visitor can do that leaves something behind, but for receipts.
    static let all: [(name: String, write: @Sendable (ChatFixture, Principal, Session, MessageID) async throws -> Void)] = [
        ("a message", { chat, ana, session, _ in try await chat.say("Hey", by: ana, in: session.id) }),
        ("an edit", { chat, ana, _, message in _ = try await chat.ask(EditMessage(principal: ana, id: message, text: "Other words")) }),
        ("a deletion", { chat, ana, _, message in _ = try await chat.ask(DeleteMessage(principal: ana, id: message)) }),
        ("typing", { chat, ana, session, _ in _ = try await chat.ask(ReportTyping(principal: ana, sessionID: session.id, active: true)) }),
        (
            "an ending",
            { chat, ana, session, _ in _ = try await chat.ask(ChangeConversation(principal: ana, id: session.id, status: .closed)) }
        ),
        ("a conversation", { chat, ana, _, _ in _ = try await chat.conversation(of: ana) }),
        (
            "a conversation without words",
            { chat, ana, _, _ in _ = try await chat.ask(OpenConversation(principal: ana, id: .new(), channel: .website)) }
        ),
        (
            "another page",
            { chat, ana, _, _ in
                _ = try await chat.ask(
                    OpenConversation(
                        principal: ana, id: .new(), channel: .website, page: PageVisit(url: "https://x.example", title: nil, referrer: nil))
                )
            }
        ),
        (
            "a name",
            { chat, ana, _, _ in _ = try await chat.ask(UpdateCustomer(principal: ana, id: CustomerID(ana.subject.uuid), name: "Zoe")) }
        ),
        (
            "an address",
            { chat, ana, _, _ in
                _ = try await chat.ask(UpdateCustomer(principal: ana, id: CustomerID(ana.subject.uuid), email: "zoe@example.com"))
            }
        ),
    ]
}

private enum Reads {
    static let all: [(name: String, read: @Sendable (ChatFixture, Principal, Session) async throws -> Void)] = [
        ("a conversation", { chat, ana, session in _ = try await chat.ask(GetConversation(principal: ana, id: session.id)) }),
        (
            "the list of theirs",
            { chat, ana, _ in _ = try await chat.ask(ListConversations(principal: ana, filter: ConversationFilter(), limit: 10)) }
        ),
        (
            "messages",
            { chat, ana, session in
                let texts = try await chat.texts(session.id, as: ana)
                #expect(texts.count == 1)
            }
        ),
        (
            "what a socket replays",
            { chat, ana, session in _ = try await chat.ask(ReadEntries(principal: ana, sessionID: session.id, after: 0, limit: 10)) }
        ),
        ("participants", { chat, ana, session in _ = try await chat.ask(ListParticipants(principal: ana, sessionID: session.id)) }),
        (
            "whether there is an open conversation",
            { chat, ana, session in
                let open = try await chat.ask(FindOpenConversation(principal: ana))
                #expect(open.sessionID == session.id)
            }
        ),
    ]
}

@Suite struct `A blocked customer` {
    @Test(arguments: Writes.all.map(\.name)) func `writes nothing any more, until the block is lifted`(name: String) async throws {
        let write = try #require(Writes.all.first { $0.name == name }).write
        try await ChatFixture.run { chat in
            let (ana, bruno) = (chat.customer(), chat.agent())
            let session = try await chat.conversation(of: ana)
            let message = try await chat.say("Mine", by: ana, in: session.id).message.id
            _ = try await chat.ask(BlockCustomer(principal: bruno, customerID: session.customer.id, reason: nil))
            let (said, before) = (try await chat.said(session.id.uuid), try await chat.row(session.customer.id))
            await #expect(throws: ChatError.customerBlocked) { try await write(chat, ana, session, message) }
            #expect(try await chat.said(session.id.uuid) == said)
            #expect(try await chat.row(session.customer.id) == before)
            _ = try await chat.ask(UnblockCustomer(principal: bruno, customerID: session.customer.id))
            try await write(chat, ana, session, message)
        }
    }

    @Test(arguments: Reads.all.map(\.name)) func `reads nothing any more, until the block is lifted`(name: String) async throws {
        let read = try #require(Reads.all.first { $0.name == name }).read
        try await ChatFixture.run { chat in
            let (ana, bruno) = (chat.customer(), chat.agent())
            let session = try await chat.conversation(of: ana, saying: "One")
            let another = chat.customer()
            let others = try await chat.conversation(of: another, saying: "Two")
            try await read(chat, ana, session)
            _ = try await chat.ask(BlockCustomer(principal: bruno, customerID: session.customer.id, reason: nil))
            await #expect(throws: ChatError.customerBlocked) { try await read(chat, ana, session) }
            try await read(chat, another, others)
            _ = try await chat.ask(UnblockCustomer(principal: bruno, customerID: session.customer.id))
            try await read(chat, ana, session)
        }
    }

    @Test func `leaves no trace of having been there, and colleagues go on reading`() async throws {
        try await ChatFixture.run { chat in
            let (ana, bruno) = (chat.customer(), chat.agent())
            let session = try await chat.conversation(of: ana, saying: "One")
            _ = try await chat.ask(BlockCustomer(principal: bruno, customerID: session.customer.id, reason: nil))
            let (said, before) = (try await chat.said(session.id.uuid), try await chat.row(session.customer.id))
            await #expect(throws: ChatError.customerBlocked) {
                try await chat.ask(AdvanceReceipts(principal: ana, sessionID: session.id, deliveredThrough: 1, readThrough: 1))
            }
            _ = try await chat.ask(
                ReportPresentVisitors(visitors: [PresentVisitor(clientID: chat.tenant, customerID: session.customer.id)]))
            #expect(try await chat.said(session.id.uuid) == said)
            #expect(try await chat.row(session.customer.id) == before)
            #expect(try await chat.texts(session.id, as: bruno) == ["One"])
            let participants = try await chat.ask(ListParticipants(principal: bruno, sessionID: session.id)).items
            #expect(participants.map(\.readThrough) == [0])
        }
    }

    @Test func `hears nothing of a message that was stored before`() async throws {
        try await ChatFixture.run { chat in
            let (ana, bruno) = (chat.customer(), chat.agent())
            let session = try await chat.conversation(of: ana)
            let sent = AppendMessage(principal: ana, id: .new(), sessionID: session.id, kind: .message, text: "One")
            _ = try await chat.ask(sent)
            #expect(try await chat.ask(sent).isRepeat, "the answer was lost")
            _ = try await chat.ask(BlockCustomer(principal: bruno, customerID: session.customer.id, reason: nil))
            await #expect(throws: ChatError.customerBlocked) { try await chat.ask(sent) }
            #expect(try await chat.texts(session.id, as: bruno).filter { $0 == "One" }.count == 1)
        }
    }

    @Test func `stops typing at once, for whoever sees it`() async throws {
        try await ChatFixture.run { chat in
            let (ana, bruno) = (chat.customer(), chat.agent())
            let session = try await chat.conversation(of: ana)
            let heard = Mutex<[TypingChanged]>([])
            chat.asker.subscribe(to: .chat) { delivery in
                guard case .ephemeral(let frame) = delivery, let typing = try? JSON.decode(TypingChanged.self, from: frame.payload) else {
                    return
                }
                heard.withLock { $0.append(typing) }
            }
            _ = try await chat.ask(ReportTyping(principal: ana, sessionID: session.id, active: true))
            _ = try await chat.ask(BlockCustomer(principal: bruno, customerID: session.customer.id, reason: nil))
            try await eventually("both are heard") { heard.withLock { $0.count } == 2 }
            #expect(heard.withLock { $0.map(\.active) } == [true, false])
            #expect(heard.withLock { Set($0.map(\.author.id)) } == [EntityID(ana.subject.uuid)])
        }
    }
}

extension ChatFixture {
    /// What stands of a customer, and when they were seen.
    fileprivate func row(_ id: CustomerID) async throws -> String {
        let rows = try await database.query(
            .tenant(tenant), "SELECT to_jsonb(c)::text AS text FROM chat.customers c WHERE client_id = \(tenant) AND id = \(id)")
        return try #require(rows.first)["text"]
    }
}
