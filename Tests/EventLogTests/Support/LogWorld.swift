import Bus
import Contracts
import EventLog
import Foundation
import ServiceLifecycle
import Storage
import Synchronization
import TestSupport

/// A text about something; what the tests' services say.
struct NoteWritten: Event {
    static let subject: Subject = "chat.note-written"
    static let version: UInt16 = 1
    static let audience = Audience.agents
    let text: String
}

/// What router has no use for.
struct NoteGlanced: Event {
    static let subject: Subject = "chat.note-glanced"
    static let version: UInt16 = 1
    static let audience = Audience.agents
    let text: String
}

/// chat says notes, router hears them: two schemas in one database, any number of replicas, one network.
struct LogWorld: Sendable {
    let test: TestDatabase
    let network: InMemoryNetwork
    let chat: Database
    let router: Database

    init(faults: InMemoryNetwork.Faults = .none) async throws {
        test = try await TestDatabase.make([.chat: nil, .router: nil])
        network = InMemoryNetwork(faults: faults)
        chat = test.database(.chat)
        router = test.database(.router)
        // Without a unique key: an effect that happens twice must be seen.
        _ = try await test.admin().query(
            .none, "CREATE TABLE router.effects (n bigserial, replica int, part int, seq bigint, key uuid, text text)")
    }

    /// A replica of chat that answers for its log.
    func publisher(replica: Int = 1, retention: LogRetention = LogRetention()) -> EventPublisher {
        let bus = network.bus(for: .chat, replica: replica)
        let publisher = EventPublisher(stream: .chat, database: chat, bus: bus, logger: .tests, retention: retention)
        bus.respond { request in await publisher.answer(request) ?? .failure(.unknownSubject(request.subject)) }
        return publisher
    }

    /// A replica of router that writes each note into `router.effects`.
    func consumer(
        replica: Int = 1, database: Database? = nil, subjects: Set<Subject>? = nil,
        willApply: @escaping @Sendable ([EventFrame], Transaction) throws -> Void = { _, _ in }
    ) -> EventConsumer {
        EventConsumer(
            stream: .chat, consumer: .router, subjects: subjects, database: database ?? router,
            bus: network.bus(for: .router, replica: replica), logger: .tests
        ) { events, transaction in
            try willApply(events, transaction)
            let headers = events.map(\.header)
            let texts = try events.map { try $0.decode(NoteWritten.self)?.text ?? "" }
            try transaction.query(
                """
                INSERT INTO router.effects (replica, part, seq, key, text)
                SELECT \(replica), * FROM unnest(\(headers.map(\.partition)), \(headers.map(\.partitionSequence)),
                                                 \(headers.map(\.key)), \(texts))
                """)
        }
    }

    /// One transaction that says a note about each key.
    func write(_ texts: [String], about keys: [UUID], by publisher: EventPublisher) async throws {
        try await chat.transaction(.none) { transaction in
            var locked = try publisher.lock(keys, in: transaction)
            let events = try zip(texts, keys).map { try NewEvent(NoteWritten(text: $0), clientID: nil, key: $1) }
            try publisher.append(events, to: &locked, in: transaction)
        }
    }

    struct Effect: Equatable {
        let replica: Int
        let part: Int
        let seq: Int64
        let key: UUID
        let text: String
    }

    /// In the order in which they happened.
    func effects() async throws -> [Effect] {
        try await router.query(.none, "SELECT replica, part, seq, key, text FROM router.effects ORDER BY n").map {
            Effect(replica: try $0["replica"], part: try $0["part"], seq: try $0["seq"], key: try $0["key"], text: try $0["text"])
        }
    }

    func heads() async throws -> [Int64] { try await LogInspection.heads(of: .chat, in: chat).sequences }

    func hasCaughtUp() async throws -> Bool {
        let cursors = try await LogInspection.cursors(of: .router, in: .chat, from: router)
        return try await heads().enumerated().allSatisfy { cursors[$0.offset]?.sequence == $0.element }
    }
}

/// Runs services beside `body` and stops them after it.
func running<Result: Sendable>(_ services: [any Service], _ body: @Sendable () async throws -> Result) async throws -> Result {
    try await withThrowingTaskGroup(of: Void.self) { group in
        for service in services { group.addTask { try await service.run() } }
        let result = try await body()
        group.cancelAll()
        try await group.waitForAll()
        return result
    }
}

extension UUID {
    /// A key that lies in this partition.
    static func key(in part: Int) -> UUID {
        while true {
            let candidate = UUID()
            if partition(of: candidate) == part { return candidate }
        }
    }
}

/// Collects what other threads hear.
final class Heard<Element: Sendable>: Sendable {
    private let elements = Mutex<[Element]>([])
    var all: [Element] { elements.withLock { $0 } }
    func add(_ element: Element) { elements.withLock { $0.append(element) } }
}
