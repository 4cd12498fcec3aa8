import Bus
import ChatService
import Contracts
import Foundation
import ServiceKit
import Storage
import TestSupport

/// Two replicas of chat on one database, and an adapter that asks them over ZeroMQ, in its own name.
struct AdapterFixture: Sendable {
    let tenant = TenantID.new()
    let account = AccountID.new()
    let bus: ZeroMQBus
    let database: Database

    static func run(_ body: @escaping @Sendable (AdapterFixture) async throws -> Void) async throws {
        let test = try await TestDatabase.make([.chat: ChatService.migrations])
        let buses = [1, 2].map { replica in
            ZeroMQBus(
                ZeroMQBusConfiguration(
                    service: .chat, replica: replica, eventsEndpoint: "tcp://127.0.0.1:*", requestsEndpoint: "tcp://127.0.0.1:*"),
                directory: KnownPlaces(known: []), logger: .tests)
        }
        let databases = buses.map { _ in test.database(.chat, poolSize: 3) }
        let chats = zip(buses, databases).map { bus, database in
            ChatService(
                configuration: ChatConfiguration(),
                backbone: ServiceBackbone(service: .chat, database: database, bus: bus, logger: .tests))
        }
        try await withServices(chats.flatMap(\.parts)) {
            var places: [Endpoint] = []
            for bus in buses { places.append(try await bus.bound()) }
            let asker = ZeroMQBus(ZeroMQBusConfiguration(service: .gateway), directory: KnownPlaces(known: places), logger: .tests)
            let fixture = AdapterFixture(bus: asker, database: databases[0])
            try await withServices([asker]) { try await body(fixture) }
        }
    }

    /// How often a request that was told to come back comes back.
    private static let attemptsMax = 50

    func ask<Request: BusRequest>(_ request: Request, of tenant: TenantID? = nil) async throws -> Request.Reply {
        for _ in 1..<Self.attemptsMax {
            do {
                return try await bus.request(request, clientID: tenant ?? request.asker.tenant ?? self.tenant, budget: .seconds(20))
            } catch BusError.overloaded, BusError.unavailable {
                continue
            }
        }
        return try await bus.request(request, clientID: tenant ?? request.asker.tenant ?? self.tenant, budget: .seconds(20))
    }

    func principal(_ role: Role, _ name: String = "channel-email", of tenant: TenantID? = nil) -> Principal {
        Principal(clientID: tenant ?? self.tenant, subject: .new(), role: role, name: name)
    }

    /// A mail whose sender is proven, unless it says otherwise.
    func mail(
        _ externalID: String, from address: String = "ana@example.com", _ provenance: AddressProvenance = .verified,
        to account: AccountID? = nil,
        answering thread: [String] = [], text: String = "Where is my tent?", of tenant: TenantID? = nil
    ) -> ReceiveInbound {
        ReceiveInbound(
            principal: principal(.service, of: tenant), channel: .email, accountID: account ?? self.account, externalID: externalID,
            contact: InboundContact(kind: .email, value: address, provenance: provenance, name: "Ana"), thread: thread, subject: "Tent",
            text: text, sentAt: Timestamp.now())
    }

    @discardableResult
    func receive(_ request: ReceiveInbound) async throws -> ReceivedInbound {
        try await ask(request, of: request.principal.clientID)
    }

    func close(_ id: ConversationID) async throws {
        _ = try await ask(ChangeConversation(principal: principal(.supervisor), id: id, status: .closed))
    }

    func messages(_ id: ConversationID, as principal: Principal? = nil) async throws -> [Message] {
        try await ask(ListMessages(principal: principal ?? self.principal(.supervisor), sessionID: id, limit: 200)).items
    }

    /// The company's rows.
    func count(_ table: String) async throws -> Int {
        let rows = try await database.query(
            .tenant(tenant), "SELECT count(*) AS count FROM chat.\(identifier: table) WHERE client_id = \(tenant)")
        return Int(try rows.first?["count"] as Int64? ?? 0)
    }

    func said(_ key: UUID) async throws -> [String] {
        try await database.query(.none, "SELECT subject FROM chat.outbox WHERE key = \(key) ORDER BY seq").map { try $0["subject"] }
    }
}

private struct KnownPlaces: EndpointDirectory {
    let known: [Endpoint]

    func endpoints() -> AsyncStream<[Endpoint]> {
        AsyncStream { continuation in continuation.yield(known) }
    }
}
