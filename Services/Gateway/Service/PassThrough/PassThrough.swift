import HTTPTypes
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1
import NIOHTTPTypesHTTP1
import ServiceKit

/// Passes requests and WebSockets on to the internal listeners of other services, byte for byte both ways, holding no more than a few
/// reads of either side. Who is slow makes the other wait; who dies ends the other's connection without an end of the body.
struct PassThrough: Sendable {
    let table: PassThroughTable
    let limits: RequestLimits
    let places: SocketPlaces
    let address: ClientAddress
    let logger: Logger

    /// An answer that had begun cannot be brought to its end: the client's connection ends as well.
    private struct AnswerBroken: Error {}

    // Requests

    func answer(
        _ request: Request, _ writer: consuming ResponseWriter, _ channel: any NIOCore.Channel, _ connection: ClientConnection,
        to entry: PassThroughTable.Entry
    ) async throws {
        let started = ContinuousClock.now
        let trace = trace(request.headers)
        var reply = Reply(writer, isHead: request.method == .head)
        do {
            if let refusal = connection.takeRefusal() {
                try await reply.write(refusal)
            } else {
                try await pass(request, trace, &reply, channel, connection, to: entry)
            }
        } catch let problem as Problem where !reply.hasBegun {
            if connection.clientHasLeft { entry.brokenByClient.add() }
            try await reply.write(try problem.response(traceID: trace.traceID))
        }
        entry.record(status: reply.status, since: started)
    }

    private func pass(
        _ request: Request, _ trace: TraceContext, _ reply: inout Reply, _ channel: any NIOCore.Channel, _ connection: ClientConnection,
        to entry: PassThroughTable.Entry
    ) async throws {
        let head = try admit(request, trace, channel, entry)
        guard entry.enter() else {
            throw Problem(.serviceUnavailable, "overloaded", detail: "Too much is on its way. Ask again.").retryAfter(
                entry.limits.retryAfter)
        }
        defer { entry.leave() }
        let (http, upstream) = try await Upstream.connect(entry, on: channel.eventLoop)
        connection.whenClientLeaves { upstream.end(.clientLeft) }
        defer { connection.whenClientLeaves(nil) }
        let body = connection.wholeBody(of: request).limited(to: entry.row.bodyBytesMax)
        let expectsWord = request.headers[.expect]?.lowercased() == "100-continue"
        try await http.executeThenClose { inbound, outbound in
            if expectsWord { try await reply.goOn() }
            async let sent: Void = send(head, body, to: outbound, upstream)
            do {
                try await receive(inbound, &reply, entry)
            } catch {
                (upstream.ending == .clientLeft ? entry.brokenByClient : entry.brokenByService).add()
                // The connection is closed behind it, in the middle of what was said.
                guard !reply.hasBegun, let problem = explanation(upstream, error, entry) else { throw AnswerBroken() }
                upstream.close()
                try await reply.write(try problem.response(traceID: trace.traceID))
            }
            upstream.close()
            await sent
        }
    }

    /// - Returns: nil if nobody is there to hear it.
    private func explanation(_ upstream: Upstream, _ error: any Error, _ entry: PassThroughTable.Entry) -> Problem? {
        switch upstream.ending {
        case .clientLeft: nil
        case .bodyTooLarge: bodyTooLarge(entry)
        case .answerTooLate, .idle:
            Problem(.gatewayTimeout, "answer-too-late", detail: "The service for this address did not answer in time.")
        case nil:
            error as? Problem
                ?? Problem(
                    .badGateway, "answer-broken", detail: "The service for this address ended without an answer. It may have happened.")
        }
    }

    private func bodyTooLarge(_ entry: PassThroughTable.Entry) -> Problem {
        Problem(.contentTooLarge, "body-too-large", field: "body", detail: "has more than \(entry.row.bodyBytesMax) bytes").with(
            .connection, "close")
    }

    /// The whole request's head for the service.
    /// - Throws: what is wrong with it, or 429.
    private func admit(_ request: Request, _ trace: TraceContext, _ channel: any NIOCore.Channel, _ entry: PassThroughTable.Entry) throws
        -> HTTPRequestHead
    {
        let peer = channel.remoteAddress?.ipAddress ?? ""
        let fields = request.headers
        _ = try limits.admit(address: address.address(peer: peer, headers: fields))
        guard request.method != .connect, request.method != .trace else {
            throw Problem(.methodNotAllowed, "method-not-allowed", detail: "This address does not take \(request.method.rawValue).")
        }
        try Self.demandPlain(fields)
        var headers = ForwardedFields.request(
            fields.map { (name: $0.name.rawName, value: $0.value) }, from: try origin(peer, request.head.authority, fields))
        if fields[.traceparent] == nil { headers.add(name: HTTPField.Name.traceparent.rawName, value: trace.description) }
        headers.add(name: "Connection", value: "close")
        let codings = fields[values: .transferEncoding]
        if codings.isEmpty {
            if let length = fields[.contentLength] {
                guard Int(length).map({ $0 <= entry.row.bodyBytesMax }) ?? false else { throw bodyTooLarge(entry) }
                headers.add(name: "Content-Length", value: length)
            }
        } else {
            guard codings.map({ $0.lowercased() }) == ["chunked"] else {
                throw Problem(.notImplemented, "transfer-encoding-unknown", field: "Transfer-Encoding", detail: "is not chunked")
            }
            headers.add(name: "Transfer-Encoding", value: "chunked")
        }
        headers.remove(name: "Expect")
        return HTTPRequestHead(
            version: .http1_1, method: HTTPMethod(request.method), uri: request.head.path ?? "/", headers: headers)
    }

    /// One host, and characters that could be read: what could not would arrive as something else than was sent.
    private static func demandPlain(_ fields: HTTPFields) throws {
        for field in fields {
            guard field.name.canonicalName != "host" else {
                throw Problem(.badRequest, "host-repeated", field: "Host", detail: "is there twice")
            }
            guard !field.value.unicodeScalars.contains("\u{FFFD}") else {
                throw Problem(.badRequest, "field-not-utf-8", field: field.name.rawName, detail: "is not UTF-8")
            }
        }
    }

    private func origin(_ peer: String, _ host: String?, _ fields: HTTPFields) throws -> ForwardedFields.Origin {
        guard let host, !host.isEmpty else { throw Problem(.badRequest, "host-missing", field: "Host", detail: "is missing") }
        return ForwardedFields.Origin(
            client: address.address(peer: peer, headers: fields), host: host, isSecure: address.isSecure(peer: peer, headers: fields))
    }

    private func trace(_ fields: HTTPFields) -> TraceContext {
        fields[.traceparent].flatMap(TraceContext.init(header:)) ?? .generate()
    }

    /// Ends when all is sent, or when nobody takes it any more: then the answer, or its want, says the rest.
    private func send(
        _ head: HTTPRequestHead, _ body: RequestBodyStream, to outbound: NIOAsyncChannelOutboundWriter<HTTPClientRequestPart>,
        _ upstream: Upstream
    ) async {
        do {
            try await outbound.write(.head(head))
            var parts = body.makeAsyncIterator()
            while true {
                let part: ByteBuffer?
                do {
                    part = try await parts.next()
                } catch is RequestBodyStream.TooLarge {
                    return upstream.end(.bodyTooLarge)
                } catch {
                    return upstream.end(.clientLeft)
                }
                guard let part else { break }
                try await outbound.write(.body(.byteBuffer(part)))
            }
            try await outbound.write(.end(nil))
        } catch {
            return
        }
    }

    private func receive(
        _ inbound: NIOAsyncChannelInboundStream<HTTPClientResponsePart>, _ reply: inout Reply, _ entry: PassThroughTable.Entry
    ) async throws {
        var parts = inbound.makeAsyncIterator()
        guard case .head(let head)? = try await parts.next() else { throw AnswerBroken() }
        try await reply.begin(head, entry.limits)
        var count = 0
        while let part = try await parts.next() {
            switch part {
            case .head: throw AnswerBroken()
            case .body(let bytes):
                count += bytes.readableBytes
                guard count <= entry.limits.answerBytesMax else { throw AnswerBroken() }
                try await reply.write(bytes)
            case .end: return try await reply.finish()
            }
        }
        throw AnswerBroken()
    }

    // WebSockets

    /// Asks the service for the socket that a client asks for.
    /// - Returns: the service's connection and the fields of its 101.
    /// - Throws: `UpstreamUpgrade.Broken`, after what the client is to be answered was left with the connection.
    func open(
        _ head: HTTPRequestHead, _ channel: any NIOCore.Channel, _ connection: ClientConnection, to entry: PassThroughTable.Entry
    ) async throws -> (UpstreamUpgrade.Connection, HTTPHeaders) {
        let fields = HTTPFields(head.headers, splitCookie: false)
        let refusal: Response
        do {
            return try await open(head, fields, channel, connection, to: entry)
        } catch let refused as Refused {
            refusal = refused.response
        } catch {
            let problem =
                error as? Problem
                ?? ((error as? UpstreamUpgrade.Broken)?.isLate == true
                    ? Problem(.gatewayTimeout, "answer-too-late", detail: "The service for this address did not answer in time.")
                    : Problem(.badGateway, "answer-broken", detail: "The service for this address ended without an answer."))
            refusal = try problem.response(traceID: trace(fields).traceID)
        }
        connection.refuseUpgrade(refusal)
        throw UpstreamUpgrade.Broken(isLate: false)
    }

    private struct Refused: Error {
        let response: Response
    }

    private func open(
        _ head: HTTPRequestHead, _ fields: HTTPFields, _ channel: any NIOCore.Channel, _ connection: ClientConnection,
        to entry: PassThroughTable.Entry
    ) async throws -> (UpstreamUpgrade.Connection, HTTPHeaders) {
        let peer = channel.remoteAddress?.ipAddress ?? ""
        let client = address.address(peer: peer, headers: fields)
        _ = try limits.admit(address: client)
        try Self.demandPlain(fields)
        guard head.method == .GET, fields[.transferEncoding] == nil, fields[.contentLength].map({ $0 == "0" }) ?? true else {
            throw Problem(.badRequest, "upgrade-with-body", detail: "A WebSocket is asked for by GET without a body.")
        }
        var headers = ForwardedFields.request(
            head.headers.map { (name: $0.name, value: $0.value) }, from: try origin(peer, head.headers.first(name: "host"), fields))
        if fields[.traceparent] == nil { headers.add(name: HTTPField.Name.traceparent.rawName, value: trace(fields).description) }
        headers.add(name: "Connection", value: "Upgrade")
        headers.add(name: "Upgrade", value: "websocket")
        let place = try places.take(client)
        do {
            let opened = try await ask(head.uri, headers, channel, entry)
            channel.closeFuture.whenComplete { _ in places.leave(place) }
            return opened
        } catch {
            places.leave(place)
            throw error
        }
    }

    private func ask(_ target: String, _ headers: HTTPHeaders, _ channel: any NIOCore.Channel, _ entry: PassThroughTable.Entry) async throws
        -> (UpstreamUpgrade.Connection, HTTPHeaders)
    {
        let upstream = try await Upstream.firstReachable(entry) { address in
            try await UpstreamUpgrade.connect(address, entry.limits, on: channel.eventLoop)
        }
        channel.closeFuture.whenComplete { _ in upstream.channel.close(promise: nil) }
        try await upstream.channel.eventLoop.submit {
            let question = HTTPRequestHead(version: .http1_1, method: .GET, uri: target, headers: headers)
            upstream.channel.write(HTTPClientRequestPart.head(question), promise: nil)
            upstream.channel.writeAndFlush(HTTPClientRequestPart.end(nil), promise: nil)
        }.get()
        switch try await upstream.answer.get() {
        case .switching(let headers): return (upstream, headers)
        case .refused(let head, let body):
            var fields = HTTPFields()
            for (name, value) in ForwardedFields.answer(head.headers) where name.lowercased() != "content-length" {
                if let name = HTTPField.Name(name) { fields.append(HTTPField(name: name, value: value)) }
            }
            throw Refused(
                response: Response(
                    status: HTTPResponse.Status(code: Int(head.status.code), reasonPhrase: head.status.reasonPhrase), headers: fields,
                    body: ResponseBody(byteBuffer: body)))
        }
    }
}
