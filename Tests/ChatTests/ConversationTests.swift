import Contracts
import EventLog
import Foundation
import Storage
import Testing
import TestSupport

@Suite struct `A conversation` {
    @Test func `keeps its messages in the order of their sequences and says each once`() async throws {
        try await ChatFixture.run { chat in
            let ana = chat.customer()
            let session = try await chat.conversation(of: ana, saying: "one")
            #expect(session.status == .waiting)
            #expect(session.lastSequence == 1)
            for text in ["two", "three"] { try await chat.say(text, by: ana, in: session.id) }
            #expect(try await chat.texts(session.id, as: ana) == ["one", "two", "three"])
            #expect(
                try await chat.said(session.id.uuid) == [
                    "chat.conversation-opened", "chat.conversation-waiting", "chat.message-appended", "chat.message-appended",
                    "chat.message-appended",
                ])
        }
    }

    @Test func `is listed page by page, by either order`() async throws {
        try await ChatFixture.run { chat in
            let bruno = chat.agent()
            var ids: [ConversationID] = []
            for _ in 1...3 { ids.append(try await chat.conversation(of: chat.customer()).id) }
            for (sort, expected) in [("newest", Array(ids.reversed())), ("waiting", ids)] {
                var (seen, cursor): ([ConversationID], String?) = ([], nil)
                repeat {
                    let filter = ConversationFilter(view: "all", sort: sort)
                    let page = try await chat.ask(ListConversations(principal: bruno, filter: filter, limit: 1, cursor: cursor))
                    seen += page.items.map(\.id)
                    cursor = page.nextCursor
                } while cursor != nil && seen.count < 10
                #expect(seen == expected, "\(sort)")
            }
        }
    }

    @Test func `is in no list behind a cursor that the list did not give`() async throws {
        let id = "0192f0c0-0000-7000-8000-000000000001"
        let wrong = ChatError.fieldInvalid(field: "cursor", detail: ListCursor.problem)
        try await ChatFixture.run { chat in
            let ana = chat.customer()
            let olga = chat.agent("Olga", role: .administrator)
            let cursors = [
                "-9223372036854775808.\(id)", "-9223372036854775807.\(id)", "9223372036854775806.\(id)", "9007199254740993000.\(id)",
                "-62135596800000001.\(id)", "1e300.\(id)", "NaN.\(id)", "0.\(id).\(id)", "0.x", ".\(id)", "", ".", "x",
                String(repeating: "0", count: 5000) + ".\(id)",
            ]
            for cursor in cursors {
                for sort in ["newest", "waiting"] {
                    await #expect(throws: wrong, "\(cursor.prefix(60))") {
                        _ = try await chat.ask(ListConversations(principal: ana, filter: .init(sort: sort), limit: 5, cursor: cursor))
                    }
                }
                await #expect(throws: wrong) { _ = try await chat.ask(ListRooms(principal: olga, limit: 5, cursor: cursor)) }
                await #expect(throws: wrong) { _ = try await chat.ask(ListChatAudit(principal: olga, limit: 5, cursor: cursor)) }
            }
        }
    }

    @Test func `tells its company's people what the customer is called, and no other company`() async throws {
        try await ChatFixture.run { chat in
            let bruno = chat.agent()
            func open(_ customer: NewCustomer?) async throws -> ConversationID {
                try await chat.ask(OpenConversation(principal: bruno, id: .new(), channel: .website, customer: customer)).session.id
            }
            let named = try await open(NewCustomer(name: "Dora", email: "dora@example.com"))
            let addressed = try await open(NewCustomer(email: "erik@example.com"))
            let visitor = chat.customer("")
            let nameless = try await chat.conversation(of: visitor).id
            let ids = [named, addressed, nameless, .new()]
            let names = try await chat.ask(ListCustomerNames(principal: bruno, sessionIDs: ids)).items
            #expect(
                Dictionary(uniqueKeysWithValues: names.map { ($0.sessionID, $0.name) }) == [named: "Dora", addressed: "erik@example.com"])
            let stranger = Principal(clientID: .new(), subject: .new(), role: .administrator, name: "Eve")
            let none = try await chat.asker.request(
                ListCustomerNames(principal: stranger, sessionIDs: ids), clientID: stranger.clientID, budget: .seconds(20))
            #expect(none.items.isEmpty)
            await #expect(throws: ChatError.roleMayNot(role: "customer")) {
                _ = try await chat.ask(ListCustomerNames(principal: visitor, sessionIDs: ids))
            }
            await #expect(throws: ChatError.self) {
                _ = try await chat.ask(ListCustomerNames(principal: bruno, sessionIDs: (0...200).map { _ in .new() }))
            }
        }
    }

    @Test func `recognises a repeated message before any counter moves`() async throws {
        try await ChatFixture.run { chat in
            let ana = chat.customer()
            let session = try await chat.conversation(of: ana)
            let id = MessageID.new()
            let first = try await chat.say("Hello?", by: ana, in: session.id, id: id)
            let second = try await chat.say("Hello?", by: ana, in: session.id, id: id)
            #expect(!first.isRepeat)
            #expect(second.isRepeat)
            #expect(second.message.sequence == first.message.sequence)
            #expect(try await chat.session(session.id, as: ana).lastSequence == 2)
            await #expect(throws: ChatError.messageIDReused(id: id)) { try await chat.say("Other words", by: ana, in: session.id, id: id) }
        }
    }

    @Test func `refuses a message id that another conversation has used`() async throws {
        try await ChatFixture.run { chat in
            let (ana, carla) = (chat.customer(), chat.customer("Carla"))
            let hers = try await chat.conversation(of: ana)
            let other = try await chat.conversation(of: carla)
            let id = MessageID.new()
            try await chat.say("Mine", by: ana, in: hers.id, id: id)
            await #expect(throws: ChatError.messageIDReused(id: id)) { try await chat.say("Mine", by: carla, in: other.id, id: id) }
            #expect(try await chat.texts(other.id, as: carla).count == 1)
        }
    }

    @Test func `lets a thousand writers in at once without a gap, a fork or a repeat`() async throws {
        try await ChatFixture.run { chat in
            let customers = (0..<8).map { chat.customer("Customer \($0)") }
            var sessions: [(Principal, ConversationID)] = []
            for customer in customers { sessions.append((customer, try await chat.conversation(of: customer, saying: "0").id)) }
            try await withThrowingTaskGroup(of: Void.self) { tasks in
                for (customer, id) in sessions {
                    for number in 1...50 { tasks.addTask { try await chat.say("\(number)", by: customer, in: id) } }
                }
                try await tasks.waitForAll()
            }
            for (customer, id) in sessions {
                let page = try await chat.ask(ListMessages(principal: customer, sessionID: id, after: 0, limit: 200))
                #expect(page.items.map(\.sequence) == Array(1...51))
                #expect(Set(page.items.map(\.text)) == Set((0...50).map(String.init)))
            }
        }
    }

    @Test func `says that it moved on when messages came since, and does not count notes`() async throws {
        try await ChatFixture.run { chat in
            let (ana, bruno) = (chat.customer(), chat.agent(role: .supervisor))
            let session = try await chat.conversation(of: ana)
            _ = try await chat.ask(AppendMessage(principal: bruno, id: .new(), sessionID: session.id, kind: .note, text: "VIP"))
            let reply = AppendMessage(
                principal: ana, id: .new(), sessionID: session.id, kind: .message, text: "Anybody?", expectedSequence: 1)
            #expect(try await chat.ask(reply).message.sequence == 3)
            await #expect(throws: ChatError.conversationMovedOn(lastMessageSequence: 3)) {
                try await chat.ask(
                    AppendMessage(principal: ana, id: .new(), sessionID: session.id, kind: .message, text: "Late", expectedSequence: 1))
            }
        }
    }

    @Test func `never shows a note to the customer`() async throws {
        try await ChatFixture.run { chat in
            let (ana, bruno) = (chat.customer(), chat.agent())
            let session = try await chat.conversation(of: ana, saying: "Hi")
            _ = try await chat.ask(AppendMessage(principal: bruno, id: .new(), sessionID: session.id, kind: .note, text: "Careful"))
            #expect(try await chat.texts(session.id, as: bruno) == ["Hi", "Careful"])
            #expect(try await chat.texts(session.id, as: ana) == ["Hi"])
            let entries = try await chat.ask(ReadEntries(principal: ana, sessionID: session.id, after: 0, limit: 100))
            #expect(entries.entries.map(\.sequence) == [1])
            #expect(entries.through == 2)
        }
    }

    @Test func `is closed for good`() async throws {
        try await ChatFixture.run { chat in
            let (ana, bruno) = (chat.customer(), chat.agent())
            let session = try await chat.conversation(of: ana)
            let closed = try await chat.ask(ChangeConversation(principal: bruno, id: session.id, status: .closed))
            #expect(closed.status == .closed)
            #expect(closed.closedAt != nil)
            await #expect(throws: ChatError.conversationClosed(id: session.id)) { try await chat.say("Wait", by: ana, in: session.id) }
            let next = try await chat.conversation(of: ana)
            #expect(next.id != session.id)
        }
    }

    @Test func `is one at a time for a visitor with two tabs`() async throws {
        try await ChatFixture.run { chat in
            let ana = chat.customer()
            let sessions = try await withThrowingTaskGroup(of: ConversationID.self) { tasks in
                for number in 1...6 { tasks.addTask { try await chat.conversation(of: ana, saying: "tab \(number)").id } }
                return try await tasks.reduce(into: Set<ConversationID>()) { $0.insert($1) }
            }
            #expect(sessions.count == 1)
            let id = try #require(sessions.first)
            #expect(try await chat.texts(id, as: ana).count == 6)
        }
    }

    @Test func `of somebody else does not exist`() async throws {
        try await ChatFixture.run { chat in
            let ana = chat.customer()
            let session = try await chat.conversation(of: ana)
            let stranger = chat.customer("Carla")
            let foreigner = Principal(clientID: .new(), subject: .new(), role: .administrator, name: "Eve")
            for principal in [stranger, foreigner] {
                let refusal = ChatError.conversationNotFound(id: session.id)
                await #expect(throws: refusal) { try await chat.session(session.id, as: principal) }
                await #expect(throws: refusal) { try await chat.say("Hm", by: principal, in: session.id) }
                await #expect(throws: refusal) {
                    try await chat.ask(AdvanceReceipts(principal: principal, sessionID: session.id, readThrough: 1))
                }
                await #expect(throws: refusal) {
                    try await chat.ask(ReportTyping(principal: principal, sessionID: session.id, active: true))
                }
                await #expect(throws: refusal) {
                    try await chat.ask(ChangeConversation(principal: principal, id: session.id, status: .closed))
                }
            }
        }
    }
}

@Suite struct `An assignment` {
    @Test func `is mirrored once, with the conversation's next sequence`() async throws {
        try await ChatFixture.run { chat in
            let (ana, bruno) = (chat.customer(), chat.agent())
            let session = try await chat.conversation(of: ana)
            try await chat.assign(session.id, to: bruno)
            try await eventually("chat mirrors the assignment") { try await chat.session(session.id, as: bruno).status == .assigned }
            let assigned = try await chat.session(session.id, as: bruno)
            #expect(assigned.agent == AgentSummary(id: bruno.subject, name: "Bruno"))
            #expect(assigned.lastSequence == 2)
            // An older one that comes late changes nothing.
            try await chat.assign(session.id, to: chat.agent("Carla"), number: 1)
            try await chat.assign(session.id, to: bruno, number: 2)
            try await eventually("the later one is applied") { try await chat.session(session.id, as: bruno).lastSequence == 3 }
            #expect(try await chat.session(session.id, as: bruno).agent?.name == "Bruno")
        }
    }

    @Test func `gives the floor to its agent alone`() async throws {
        try await ChatFixture.run { chat in
            let (ana, bruno, carla) = (chat.customer(), chat.agent(), chat.agent("Carla"))
            let session = try await chat.conversation(of: ana)
            try await chat.assign(session.id, to: bruno)
            try await eventually("assigned") { try await chat.session(session.id, as: bruno).status == .assigned }
            try await chat.say("Hello Ana", by: bruno, in: session.id)
            await #expect(throws: ChatError.conversationHeldByColleague(name: "Bruno")) {
                try await chat.say("Me too", by: carla, in: session.id)
            }
            try await chat.say("I look on", by: chat.agent("Dora", role: .supervisor), in: session.id)
        }
    }

    @Test func `ends with resolved, and a customer's message brings the conversation back to the queue`() async throws {
        try await ChatFixture.run { chat in
            let (ana, bruno) = (chat.customer(), chat.agent())
            let session = try await chat.conversation(of: ana)
            try await chat.assign(session.id, to: bruno)
            try await eventually("assigned") { try await chat.session(session.id, as: bruno).status == .assigned }
            let resolved = try await chat.ask(ChangeConversation(principal: bruno, id: session.id, status: .resolved))
            #expect(resolved.agent == nil)
            try await chat.say("One more thing", by: ana, in: session.id)
            let waiting = try await chat.session(session.id, as: bruno)
            #expect(waiting.status == .waiting)
            let rows = try await chat.database.query(
                .none, "SELECT payload FROM chat.outbox WHERE subject = 'chat.conversation-waiting' ORDER BY seq DESC LIMIT 1")
            let payload: [UInt8] = try #require(rows.first)["payload"]
            let event = try JSON.decode(ConversationWaiting.self, from: payload)
            #expect(event.preferredAgentID == bruno.subject)
            #expect(event.assignmentNumber == 1)
        }
    }
}
