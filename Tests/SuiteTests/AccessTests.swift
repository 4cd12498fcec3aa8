import AccountsService
import Bus
import ChatService
import Contracts
import Crypto
import EventLog
import Foundation
import Jobs
import RouterService
import ServiceKit
import Storage
import Testing
import TestSupport

/// Every question that any service has a handler for, put to a registration of its own: by each role, for the own, another and no tenant.
/// A new question is among them as soon as it is registered.
@Suite struct `Who may ask a service` {
    private static let tenant = TenantID.new()
    private static let roles: [Role] = [.administrator, .supervisor, .agent, .viewer, .service, .customer, Role(rawValue: "tomorrow's")]

    /// What services register without ever running.
    private static func questions() async throws -> [any BusQuestion.Type] {
        let network = InMemoryNetwork()
        func backbone(_ service: ServiceName) -> ServiceBackbone {
            let database = Database(DatabaseConfiguration(url: "postgresql://nobody@127.0.0.1:9/nothing", poolSize: 1), logger: .tests)
            return ServiceBackbone(service: service, database: database, bus: network.bus(for: service), logger: .tests)
        }
        let (accounts, chat, router) = (backbone(.accounts), backbone(.chat), backbone(.router))
        AccountsHandlers(
            database: accounts.database, publisher: accounts.publisher, hasher: try PasswordHasher(parameters: .standard),
            keys: try await SigningKeys(secrets: [Curve25519.Signing.PrivateKey()]), now: { Date() }
        ).register(on: accounts.requests)
        _ = ChatService(configuration: ChatConfiguration(), backbone: chat)
        _ = RouterService(backbone: router)
        let jobs = RequestRouter(logger: .tests)
        JobHandlers(store: JobStore(service: .chat, database: chat.database), logger: .tests).register(on: jobs)
        return [accounts.requests, chat.requests, router.requests, jobs].flatMap(\.questions)
    }

    @Test func `is who the question says, for every question, role and tenant`() async throws {
        let questions = try await Self.questions()
        #expect(questions.count > 90)
        var tally = Tally()
        for question in questions { try await Self.check(question, &tally) }
        #expect(tally.answered > 200 && tally.refused > 200, "without each of them this test proves little: \(tally)")
        #expect(tally.strange > 1000, "\(tally)")
    }

    @Test func `without signing in is one of these`() async throws {
        let open = try await Self.questions().filter { !($0 is any AskedByPrincipal.Type) }.map { $0.subject.rawValue }
        #expect(
            open.sorted() == [
                "accounts.accept-invitation", "accounts.get-signing-keys", "accounts.get-site-by-key", "accounts.issue-visitor-token",
                "accounts.refresh-tokens", "accounts.sign-in", "accounts.sign-out", "accounts.verify-api-key",
                "chat.report-present-visitors", "router.get-availability", "router.get-queue-place", "router.renew-agent-connections",
            ])
        let anybody = try await Self.questions().filter { $0 is any AskedByPrincipal.Type && $0.access == .anyone }
        #expect(anybody.map { $0.subject.rawValue } == ["accounts.confirm-access"], "whoever is known may ask only whether they still are")
    }

    private struct Tally {
        var answered = 0
        var refused = 0
        var strange = 0
    }

    private static func check<Question: BusQuestion>(_ type: Question.Type, _ tally: inout Tally) async throws {
        let requests = RequestRouter(logger: .tests) { _, _, _ in kept }
        requests.register(Unreachable<Question>())
        func ask(_ payload: JSONValue, in tenant: TenantID?, keyed: Bool = true) async throws -> Answer {
            await requests.answer(
                RequestEnvelope(
                    subject: Question.subject, key: .random(), budget: .seconds(5), clientID: tenant, traceparent: nil,
                    keyedContent: keyed ? [UInt8](repeating: 1, count: 32) : nil, payload: try JSON.encode(payload)))
        }
        for role in roles {
            let principal = Principal(clientID: tenant, subject: .new(), role: role, name: "Ana")
            let payload = try SmallestJSON.of(type, with: ["principal": principal.json, "client_id": .string("\(tenant)")])
            let isKnown = type is any AskedByPrincipal.Type
            let isAnybodys = type is any AskedByAnyone.Type
            for (envelope, isOwn) in [(tenant, true), (TenantID.new(), false), (nil, false)] as [(TenantID?, Bool)] {
                let what: Comment = "\(Question.subject) by \(role) in \(isOwn ? "the own" : envelope == nil ? "no" : "another") tenant"
                let answer = try await ask(payload, in: envelope)
                if !isOwn && !isAnybodys {
                    guard case .failure(.malformed) = answer else { Issue.record("\(what): \(answer)"); continue }
                    tally.strange += 1
                } else if isKnown && !Question.access.includes(role) {
                    #expect(answer == .refusal(Refusal(code: "role-may-not", details: ["role": .string(role.rawValue)])), what)
                    #expect(try await ask(payload, in: envelope, keyed: false) == answer, what)
                    tally.refused += 1
                } else {
                    #expect(answer == kept, what)
                    #expect(try await ask(payload, in: envelope, keyed: false) == .failure(.cancelled), "its handler is asked: \(what)")
                    tally.answered += 1
                }
            }
        }
        if type is any AskedByPrincipal.Type {
            let nobody = try await ask(["client_id": .string("\(tenant)")], in: tenant)
            guard case .failure(.malformed) = nobody else { Issue.record("\(Question.subject) by nobody: \(nobody)"); return }
        }
    }

    /// What was answered before; whoever may not ask does not get that either.
    private static let kept = Answer.reply([7])
}

/// Answers in a way that shows that it was reached.
private struct Unreachable<Request: BusQuestion>: RequestHandler {
    func answer(_ request: Request, context: RequestContext) async throws -> Request.Reply { throw CancellationError() }
}

extension Principal {
    fileprivate var json: JSONValue {
        [
            "client_id": .string("\(clientID)"), "subject": .string("\(subject)"), "role": .string(role.rawValue), "name": .string(name),
        ]
    }
}

/// The least that a type is decoded from: what is missing or of another kind is filled in, member by member, until it is taken.
private enum SmallestJSON {
    private static let values: [JSONValue] = [
        .string(UUID().uuidString.lowercased()), .integer(1), .bool(true), [], [:], .string("2026-01-01T00:00:00.000Z"),
        ["after": [:]],  // a ``PageRequest``
    ]

    static func of<Value: Decodable>(_ type: Value.Type, with members: [String: JSONValue]) throws -> JSONValue {
        var json = JSONValue.object(members)
        var tried: [[String]: Int] = [:]
        while true {
            let bytes = try JSON.encode(json)
            do {
                _ = try JSON.decode(type, from: bytes)
                return json
            } catch let error as DecodingError {
                let path: [String] =
                    switch error {
                    case .keyNotFound(let key, let context): (context.codingPath + [key]).map(\.stringValue)
                    case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context):
                        context.codingPath.map(\.stringValue)
                    @unknown default: []
                    }
                let next = tried[path, default: 0]
                guard !path.isEmpty, next < values.count else { throw error }
                tried[path] = next + 1
                json = json.setting(values[next], at: path[...])
            }
        }
    }
}

extension JSONValue {
    fileprivate func setting(_ value: JSONValue, at path: ArraySlice<String>) -> JSONValue {
        guard let first = path.first else { return value }
        guard case .object(var members) = self else { return JSONValue.object([:]).setting(value, at: path) }
        members[first] = (members[first] ?? .null).setting(value, at: path.dropFirst())
        return .object(members)
    }
}
