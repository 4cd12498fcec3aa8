import HTTPTypes
import Hummingbird
import HummingbirdCore
import NIOCore
import NIOHTTP1

/// The answer to a request that is passed on: the service's as it comes, or one of ours if it never began.
struct Reply: ~Copyable {
    private var writer: ResponseWriter?
    private var body: (any ResponseBodyWriter)?
    private let isHead: Bool
    private(set) var hasBegun = false
    /// 0 until one was written.
    private(set) var status = 0

    init(_ writer: consuming ResponseWriter, isHead: Bool) {
        self.writer = consume writer
        self.isHead = isHead
    }

    /// The client waits for a word before it sends its body.
    mutating func goOn() async throws {
        guard let writer = writer.take() else { return }
        try await writer.writeInformationalHead(HTTPResponse(status: .continue))
        self.writer = consume writer
    }

    /// One of ours, whole.
    mutating func write(_ response: Response) async throws {
        guard let writer = writer.take() else { return }
        hasBegun = true
        status = response.status.code
        var response = response
        if isHead { response = response.createHeadResponse() }
        try await writer.write(response: response.head, body: response.body)
    }

    /// - Throws: 502 if its end could not be told from a connection that was lost, or if it is longer than may be.
    mutating func begin(_ head: HTTPResponseHead, _ limits: PassThroughLimits) async throws {
        var fields = HTTPFields()
        for (name, value) in ForwardedFields.answer(head.headers) {
            if let name = HTTPField.Name(name) { fields.append(HTTPField(name: name, value: value)) }
        }
        let hasBody = !isHead && head.status.mayHaveResponseBody && head.status != .notModified
        if head.headers[canonicalForm: "transfer-encoding"].contains(where: { $0.lowercased() == "chunked" }) {
            fields[.contentLength] = nil
        } else if hasBody {
            guard let length = fields[.contentLength].flatMap(Int.init), length <= limits.answerBytesMax else {
                throw Problem(.badGateway, "answer-unframed", detail: "The service for this address answered without an end, or too much.")
            }
        }
        // A head alone must not be framed as chunks.
        if isHead, fields[.contentLength] == nil { fields[.contentLength] = "0" }
        // What an adapter answers with is never a page of ours.
        if fields[.contentTypeOptions] == nil { fields[.contentTypeOptions] = "nosniff" }
        guard let writer = writer.take() else { return }
        hasBegun = true
        status = Int(head.status.code)
        body = try await writer.writeHead(
            HTTPResponse(
                status: HTTPResponse.Status(code: Int(head.status.code), reasonPhrase: head.status.reasonPhrase), headerFields: fields))
    }

    /// Returns when the client has room for more.
    mutating func write(_ bytes: ByteBuffer) async throws {
        try await body?.write(bytes)
    }

    mutating func finish() async throws {
        guard let body else { return }
        self.body = nil
        try await body.finish(nil)
    }
}
