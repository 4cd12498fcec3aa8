import Contracts
import Foundation
import Testing

@Suite struct `Lists of who waits, at the edge` {
    private static let named = Examples.sessionID
    private static let nameless = ConversationID.new()

    private static func entry(_ id: ConversationID) -> QueueEntry {
        QueueEntry(
            sessionID: id, channel: .website, sector: "general", teamID: nil, priority: 5, position: 1, waitingSince: Examples.noon,
            estimatedWaitSeconds: nil, offeredTo: nil, offerExpiresAt: nil)
    }

    private static func offer(_ id: ConversationID) -> Offer {
        Offer(
            id: .new(), sessionID: id, channel: .website, priority: 5, offeredAt: Examples.noon,
            expiresAt: Examples.noon.addingTimeInterval(20))
    }

    private static func items(_ answer: TestGateway.Answer) -> [JSONValue] {
        guard case .array(let items)? = answer.json["items"] else { return [] }
        return items
    }

    private static func names(_ answer: TestGateway.Answer) -> [String?] { items(answer).map { $0["customer_name"]?.string } }

    @Test func `have the customers' names, asked of chat once for a page`() async throws {
        try await withGateway { (gateway) async throws in
            gateway.router.answer(ListQueue.self) { _ in
                Page(items: [Self.entry(Self.named), Self.entry(Self.nameless)], nextCursor: "next")
            }
            gateway.router.answer(ListOffers.self) { _ in Offers(items: [Self.offer(Self.nameless), Self.offer(Self.named)]) }
            gateway.chat.answer(ListCustomerNames.self) { _ in CustomerNames(items: [.init(sessionID: Self.named, name: "Dora")]) }
            let queue = try await gateway.request("GET", "/api/v1/routing/queue", as: .viewer)
            #expect(queue.status == 200)
            #expect(Self.names(queue) == ["Dora", nil])
            #expect(Self.items(queue).last?["customer_name"] == .null, "it is there, and null")
            #expect(Self.items(queue).first?["session_id"]?.string == Self.named.description)
            #expect(queue.json["next_cursor"]?.string == "next")
            let offers = try await gateway.request("GET", "/api/v1/agents/me/offers", as: .agent)
            #expect(Self.names(offers) == [nil, "Dora"])
            let asked = try gateway.chat.asked(ListCustomerNames.self)
            #expect(asked.map(\.sessionIDs) == [[Self.named, Self.nameless], [Self.nameless, Self.named]])
        }
    }

    @Test func `come without names when chat does not answer, and nobody is asked about an empty list`() async throws {
        try await withGateway { (gateway) async throws in
            gateway.router.answer(ListQueue.self) { _ in Page(items: [Self.entry(Self.named)]) }
            gateway.chat.answer(ListCustomerNames.self) { _ in throw ChatError.roleMayNot(role: "viewer") }
            let queue = try await gateway.request("GET", "/api/v1/routing/queue", as: .viewer)
            #expect(queue.status == 200)
            #expect(Self.names(queue) == [nil])
            #expect(try gateway.chat.asked(ListCustomerNames.self).count == 1)
            gateway.router.answer(ListOffers.self) { _ in Offers(items: []) }
            let offers = try await gateway.request("GET", "/api/v1/agents/me/offers", as: .agent)
            #expect(offers.status == 200)
            #expect(offers.json["items"] == .array([]))
            #expect(try gateway.chat.asked(ListCustomerNames.self).count == 1)
        }
    }
}
