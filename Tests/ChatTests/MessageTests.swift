import ChatService
import Contracts
import Foundation
import Testing
import TestSupport

@Suite struct `A message` {
    @Test func `is edited and deleted by its author, and the chain keeps every hash`() async throws {
        try await ChatFixture.run { chat in
            let ana = chat.customer()
            let session = try await chat.conversation(of: ana, saying: "first words")
            let message = try await chat.say("my card is 4111", by: ana, in: session.id).message
            let edited = try await chat.ask(EditMessage(principal: ana, id: message.id, text: "never mind"))
            #expect(edited.text == "never mind")
            #expect(edited.editedAt != nil)
            let deleted = try await chat.ask(DeleteMessage(principal: ana, id: message.id))
            #expect(deleted.text.isEmpty)
            #expect(deleted.deletedAt != nil)
            #expect(try await chat.texts(session.id, as: ana) == ["first words", ""])
            let rows = try await chat.database.query(
                .tenant(chat.tenant),
                "SELECT count(*) AS kept FROM chat.conversation_entries WHERE encode(payload, 'escape') LIKE '%never mind%'")
            #expect(try rows.first?["kept"] as Int64? == 0, "a deleted text stands nowhere any more")
            await #expect(throws: ChatError.messageDeleted(id: message.id)) {
                try await chat.ask(EditMessage(principal: ana, id: message.id, text: "again"))
            }
        }
    }

    @Test func `of somebody else cannot be changed, except by a supervisor`() async throws {
        try await ChatFixture.run { chat in
            let (ana, carla) = (chat.customer(), chat.customer("Carla"))
            let session = try await chat.conversation(of: ana)
            let message = try await chat.say("Mine", by: ana, in: session.id).message
            await #expect(throws: ChatError.messageNotFound(id: message.id)) {
                try await chat.ask(EditMessage(principal: carla, id: message.id, text: "Yours"))
            }
            await #expect(throws: ChatError.messageNotYours(id: message.id)) {
                try await chat.ask(EditMessage(principal: chat.agent(), id: message.id, text: "Ours"))
            }
            _ = try await chat.ask(DeleteMessage(principal: chat.agent(role: .supervisor), id: message.id))
        }
    }

    @Test(arguments: [("", "text-empty"), (" \n\t", "text-empty"), (String(repeating: "é", count: 32_769), "text-too-long")])
    func `that is empty or too long is refused by name`(text: String, code: String) async throws {
        try await ChatFixture.run { chat in
            let ana = chat.customer()
            let session = try await chat.conversation(of: ana)
            let error = await #expect(throws: ChatError.self) { try await chat.say(text, by: ana, in: session.id) }
            #expect(error?.code == code)
            #expect(error?.details["field"] == "text")
        }
    }

    @Test func `after many long ones is still read, page by page, by both ways of reading`() async throws {
        try await ChatFixture.run { chat in
            let ana = chat.customer()
            let session = try await chat.conversation(of: ana, saying: "short")
            // Quotes double in a text, and once more in an entry.
            let texts = (0..<40).map { "\($0) " + String(repeating: "\"", count: 60_000) }
            for text in texts { try await chat.say(text, by: ana, in: session.id) }
            var (read, pages, after) = ([String](), 0, Int64(0))
            while true {
                let page = try await chat.ask(ListMessages(principal: ana, sessionID: session.id, after: after, limit: 200))
                read += page.items.map(\.text)
                pages += 1
                after = page.through
                guard page.nextCursor != nil else { break }
            }
            #expect(pages > 1, "they fit into one page, so this proves nothing")
            #expect(read == ["short"] + texts)
            let newest = try await chat.ask(ListMessages(principal: ana, sessionID: session.id, limit: 200))
            #expect(newest.items.last?.text == texts.last && newest.nextCursor != nil)

            var (entries, isComplete) = ([ConversationEntry](), false)
            (pages, after) = (0, 0)
            while !isComplete {
                let page = try await chat.ask(ReadEntries(principal: ana, sessionID: session.id, after: after, limit: 200))
                #expect(page.through > after, "each page goes on")
                entries += page.entries
                pages += 1
                (after, isComplete) = (page.through, page.isComplete)
            }
            #expect(pages > 1)
            #expect(entries.filter { $0.subject == MessageAppended.subject.rawValue }.count == texts.count + 1)
            #expect(Set(entries.map(\.sequence)).count == entries.count && entries.map(\.sequence) == entries.map(\.sequence).sorted())
        }
    }

    @Test func `takes exactly 64 KiB`() async throws {
        try await ChatFixture.run { chat in
            let ana = chat.customer()
            let session = try await chat.conversation(of: ana)
            let text = String(repeating: "x", count: 65_536)
            #expect(try await chat.say(text, by: ana, in: session.id).message.text.utf8.count == 65_536)
        }
    }

    @Test func `rises from sent to delivered to read, and never falls`() async throws {
        try await ChatFixture.run { chat in
            let (ana, bruno) = (chat.customer(), chat.agent())
            let session = try await chat.conversation(of: ana)
            func state() async throws -> MessageState? {
                try await chat.ask(ListMessages(principal: ana, sessionID: session.id, limit: 10)).items.first?.state
            }
            #expect(try await state() == .sent)
            _ = try await chat.ask(AdvanceReceipts(principal: bruno, sessionID: session.id, deliveredThrough: 1))
            #expect(try await state() == .delivered)
            _ = try await chat.ask(AdvanceReceipts(principal: bruno, sessionID: session.id, readThrough: 99))
            #expect(try await state() == .read)
            _ = try await chat.ask(AdvanceReceipts(principal: bruno, sessionID: session.id, deliveredThrough: 0, readThrough: 0))
            #expect(try await state() == .read)
            #expect(try await chat.said(session.id.uuid).filter { $0 == "chat.receipts-advanced" }.count == 2)
            #expect(try await chat.session(session.id, as: bruno).unreadCount == 0)
        }
    }

    @Test func `of a blocked customer is refused until the block is lifted`() async throws {
        try await ChatFixture.run { chat in
            let (ana, bruno) = (chat.customer(), chat.agent())
            let session = try await chat.conversation(of: ana)
            _ = try await chat.ask(BlockCustomer(principal: bruno, customerID: session.customer.id, reason: "abuse"))
            await #expect(throws: ChatError.customerBlocked) { try await chat.say("Hey", by: ana, in: session.id) }
            #expect(try await chat.ask(ListBlockedCustomers(principal: bruno, limit: 10)).items.map(\.reason) == ["abuse"])
            _ = try await chat.ask(UnblockCustomer(principal: bruno, customerID: session.customer.id))
            try await chat.say("Sorry", by: ana, in: session.id)
        }
    }
}

@Suite struct `A client that resumes` {
    @Test func `gets exactly what it is missing, edits and statuses included, in pages`() async throws {
        try await ChatFixture.run { chat in
            let (ana, bruno) = (chat.customer(), chat.agent(role: .supervisor))
            let session = try await chat.conversation(of: ana, saying: "1")
            let message = try await chat.say("2", by: ana, in: session.id).message
            _ = try await chat.ask(EditMessage(principal: ana, id: message.id, text: "two"))
            _ = try await chat.ask(ChangeConversation(principal: bruno, id: session.id, status: .resolved))
            try await chat.say("5 and back to waiting", by: ana, in: session.id)
            var (after, sequences, subjects): (Int64, [Int64], [String]) = (1, [], [])
            while true {
                let page = try await chat.ask(ReadEntries(principal: ana, sessionID: session.id, after: after, limit: 2))
                sequences += page.entries.map(\.sequence)
                subjects += page.entries.map(\.subject)
                after = page.through
                if page.isComplete { break }
            }
            #expect(sequences == [2, 3, 4, 5, 6])
            #expect(
                subjects == [
                    "chat.message-appended", "chat.message-edited", "chat.conversation-status-changed", "chat.message-appended",
                    "chat.conversation-status-changed",
                ])
            #expect(after == 6)
        }
    }
}

@Suite struct `Time` {
    @Test func `moves what is due: absence to pending, a day to closed`() async throws {
        var configuration = ChatConfiguration()
        configuration.times.visitorAbsenceSeconds = 0
        configuration.times.pendingSeconds = 0
        try await ChatFixture.run(configuration: configuration) { chat in
            let (ana, bruno) = (chat.customer(), chat.agent())
            let session = try await chat.conversation(of: ana)
            try await chat.assign(session.id, to: bruno)
            try await eventually("the conversation is closed by time alone") {
                try await chat.session(session.id, as: bruno).status == .closed
            }
            let said = try await chat.said(session.id.uuid)
            #expect(said.suffix(3) == ["chat.assignment-applied", "chat.conversation-status-changed", "chat.conversation-status-changed"])
        }
    }
}
