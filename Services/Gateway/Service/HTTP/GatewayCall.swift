import Bus
import Contracts
import Crypto
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import ServiceKit

/// One request on its way through the edge: what was read from it, who asks, and how to ask the services for it.
struct GatewayCall: Sendable {
    let request: Request
    let parameters: [String: Substring]
    let caller: Caller?
    /// The client's address; a proxy's word only where the proxy is trusted.
    let address: String
    /// Whether the client's connection is encrypted, as a trusted proxy says.
    let isSecure: Bool
    let trace: TraceContext
    let deadline: ContinuousClock.Instant
    let body: ByteBuffer
    let bus: any Bus

    /// - Precondition: the route asks for a role, so somebody is signed in.
    var principal: Principal {
        guard let caller else { preconditionFailure("a route without roles asked who is signed in") }
        return caller.principal
    }

    var remaining: Duration { max(.zero, deadline - .now) }

    // Reading

    func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
        try BodyReader.decode(type, from: body)
    }

    /// For routes that take nothing but their path: a body may say nothing.
    func expectNoMembers() throws {
        struct Nothing: Decodable {
            private enum CodingKeys: CodingKey {}

            init(from decoder: any Decoder) throws { _ = try decoder.container(keyedBy: CodingKeys.self) }
        }
        if body.readableBytes > 0 { _ = try decode(Nothing.self) }
    }

    /// A path's id. One that is no UUID names nothing.
    func id<Thing>(_ what: String, at name: String = "id") throws -> Identifier<Thing> {
        guard let text = parameters[name], let id = Identifier<Thing>(String(text)) else { throw Problem.notFound(what) }
        return id
    }

    /// - Returns: nil if absent or empty.
    func query(_ name: String) -> String? {
        guard let value = request.uri.queryParameters[Substring(name)], !value.isEmpty else { return nil }
        return String(value)
    }

    func queryID<Thing>(_ name: String) throws -> Identifier<Thing>? {
        guard let text = query(name) else { return nil }
        guard let id = Identifier<Thing>(text) else { throw Problem.parameter(name, "is not a UUID") }
        return id
    }

    func queryInteger(_ name: String, in range: ClosedRange<Int64>) throws -> Int64? {
        guard let text = query(name) else { return nil }
        guard let number = Int64(text), range.contains(number) else {
            throw Problem.parameter(name, "is not a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    func queryWord(_ name: String, of words: [String]) throws -> String? {
        guard let text = query(name) else { return nil }
        guard words.contains(text) else { throw Problem.parameter(name, "is none of \(words.joined(separator: ", "))") }
        return text
    }

    func queryTime(_ name: String) throws -> Date? {
        guard let text = query(name) else { return nil }
        guard let date = Timestamp.date(text) else { throw Problem.parameter(name, "is not an RFC 3339 time") }
        return date
    }

    func limit(_ standard: Int = 50) throws -> Int {
        Int(try queryInteger("limit", in: 1...Int64(Page<String>.limitMax)) ?? Int64(standard))
    }

    /// By cursor, or by number where `page` or `page_size` is given.
    func part(_ standard: Int = 50) throws -> PageRequest {
        let page = try queryInteger("page", in: 1...Int64(PageRequest.pageMax))
        let size = try queryInteger("page_size", in: 1...Int64(Page<String>.limitMax))
        guard page != nil || size != nil else { return .after(cursor: query("cursor"), limit: try limit(standard)) }
        guard query("cursor") == nil else { throw Problem.parameter("cursor", "cannot be given beside page and page_size") }
        return .numbered(page: Int(page ?? 1), size: Int(size ?? Int64(standard)))
    }

    /// Sequences stay below 2⁵³, so that every client can hold them.
    static let sequenceRange: ClosedRange<Int64> = 0...(1 << 53)

    func sequence(_ name: String) throws -> Int64? {
        try queryInteger(name, in: Self.sequenceRange)
    }

    // Asking

    /// The bus's key for this request: the same for every repeat with the same `Idempotency-Key` by the same subject at the same path.
    /// - Parameter part: for requests that need more than one effect.
    func requestKey(part: String = "") throws -> RequestKey {
        guard let header = request.headers[.idempotencyKey] else { return .random() }
        guard !header.isEmpty, header.utf8.count <= Self.idempotencyKeyMax else {
            throw Problem(
                .badRequest, "idempotency-key-invalid", field: "Idempotency-Key",
                detail: "has no characters, or more than \(Self.idempotencyKeyMax)")
        }
        return IdempotencyKey.requestKey(
            clientID: caller?.principal.clientID, subject: caller?.principal.subject, method: request.method.rawValue,
            path: request.uri.path, key: header + part)
    }

    /// What the client sent under its own key; nil if it sent none, or only reads, or is nobody yet, whose keys could be anybody's.
    private func keyedContent(part: String) -> [UInt8]? {
        guard caller != nil, request.method != .get, request.headers[.idempotencyKey] != nil else { return nil }
        var hash = SHA256()
        for text in [part, request.uri.query ?? ""] { hash.update(data: Array(text.utf8) + [0]) }
        hash.update(data: canonicalBody())
        return Array(hash.finalize())
    }

    /// A client may write the same members in another order the second time; what is no JSON that we take counts byte by byte, and so
    /// does what has more values than anybody's program shuffles.
    private func canonicalBody() -> Data {
        let bytes = Data(body.readableBytesView)
        do {
            _ = try JSONDocument(Array(bytes), within: .canonical)
            return try JSONSerialization.data(
                withJSONObject: JSONSerialization.jsonObject(with: bytes, options: .fragmentsAllowed),
                options: [.sortedKeys, .fragmentsAllowed])
        } catch {
            return bytes
        }
    }

    /// Bytes of an `Idempotency-Key`.
    static let idempotencyKeyMax = 255

    /// The service's answer as it came: its JSON is the response's body.
    func askForBytes<Question: BusRequest>(_ question: Question, part: String = "") async throws -> [UInt8] {
        try await askForBytes(question, of: Question.service, part: part)
    }

    /// The same of a question that several services answer.
    func askForBytes<Question: BusQuestion>(_ question: Question, of service: ServiceName, part: String = "") async throws -> [UInt8] {
        try await bus.requestBytes(
            question, to: service, clientID: caller?.principal.clientID, key: try requestKey(part: part), budget: remaining,
            traceparent: trace.description, keyedContent: keyedContent(part: part))
    }

    func ask<Question: BusRequest>(_ question: Question, part: String = "") async throws -> Question.Reply {
        let bytes = try await askForBytes(question, part: part)
        do {
            return try JSON.decode(Question.Reply.self, from: bytes)
        } catch let error as DecodingError {
            throw BusError.malformed("\(Question.subject): \(error)")
        }
    }

    // Answering

    /// Passes the service's JSON on.
    func pass<Question: BusRequest>(_ question: Question, status: HTTPResponse.Status = .ok) async throws -> Response {
        .json(bytes: try await askForBytes(question), status: status)
    }

    /// Passes the JSON of one of several services on.
    func pass<Question: BusQuestion>(_ question: Question, to service: ServiceName) async throws -> Response {
        .json(bytes: try await askForBytes(question, of: service))
    }

    /// For questions whose answer is only "done".
    func done<Question: BusRequest>(_ question: Question) async throws -> Response where Question.Reply == Done {
        _ = try await askForBytes(question)
        return Response(status: .noContent)
    }
}

enum IdempotencyKey {
    /// Contracts §4: the first 16 bytes of SHA-256(client_id ‖ subject ‖ method ‖ path ‖ key). Ids as their 16 bytes, absent ones
    /// as zeros; the texts end in a zero byte, so that no two requests spell the same input.
    static func requestKey(clientID: TenantID?, subject: Identifier<User>?, method: String, path: String, key: String) -> RequestKey {
        let none = [UInt8](repeating: 0, count: 16)
        var hash = SHA256()
        hash.update(data: clientID?.uuid.bytes ?? none)
        hash.update(data: subject?.uuid.bytes ?? none)
        for text in [method, path, key] { hash.update(data: Array(text.utf8) + [0]) }
        return RequestKey(bytes: Array(hash.finalize().prefix(16)))
    }
}

extension HTTPField.Name {
    static let idempotencyKey = HTTPField.Name("Idempotency-Key")!
    static let forwardedProto = HTTPField.Name("X-Forwarded-Proto")!
    package static let forwardedFor = HTTPField.Name("X-Forwarded-For")!
    static let traceparent = HTTPField.Name("traceparent")!
    static let apiKey = HTTPField.Name("X-API-Key")!
    static let webSocketProtocol = HTTPField.Name("Sec-WebSocket-Protocol")!
}

extension Response {
    static func json(bytes: [UInt8], status: HTTPResponse.Status = .ok, headers: HTTPFields = [:]) -> Response {
        json(buffer: ByteBuffer(bytes: bytes), status: status, headers: headers)
    }

    static func json(buffer: ByteBuffer, status: HTTPResponse.Status = .ok, headers: HTTPFields = [:]) -> Response {
        var headers = headers
        headers[.contentType] = "application/json"
        if headers[.cacheControl] == nil { headers[.cacheControl] = "no-store" }
        return Response(status: status, headers: headers, body: ResponseBody(byteBuffer: buffer))
    }

    static func json(_ value: some Encodable, status: HTTPResponse.Status = .ok) throws -> Response {
        json(bytes: try JSON.encode(value), status: status)
    }
}

extension GatewayCall {
    /// The id of what this request creates if the client chose none: with an `Idempotency-Key` the same at every repeat, else a new one.
    func newID(part: String = "") throws -> UUID {
        guard request.headers[.idempotencyKey] != nil else { return .version7() }
        var bytes = try requestKey(part: "id" + part).bytes
        bytes[6] = 0x80 | bytes[6] & 0x0f  // version 8: by the application's own rule (RFC 9562, section 5.8)
        bytes[8] = 0x80 | bytes[8] & 0x3f
        return UUID(bytes: bytes)
    }
}
