import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import ServiceLifecycle

/// Asks over HTTP what is not ours, and only what a ``DestinationPolicy`` allows: every address is read strictly, looked up once, checked, and
/// then connected to, for each redirect anew. One for a process; run it as a service, or call ``close()``.
package final class OutboundClient: Service {
    private let resolver: any AddressResolver
    private let clients: PinnedClients
    private let places: RequestPlaces

    /// - Parameters:
    ///   - settings: only for the authorities that it trusts; which of its hosts may be asked, each policy says.
    ///   - resolver: nil for the system's.
    package init(
        settings: OutboundSettings = .none, capacity: OutboundCapacity = OutboundCapacity(), resolver: (any AddressResolver)? = nil
    ) {
        self.resolver = resolver ?? SystemAddressResolver(lookupsMax: capacity.lookupsMax)
        clients = PinnedClients(capacity, trustRootsFile: settings.trustRootsFile)
        places = RequestPlaces(placesMax: capacity.requestsInFlightMax, waitingMax: capacity.requestsWaitingMax)
    }

    /// Until graceful shutdown. What uses it has to end before.
    package func run() async throws {
        try? await gracefulShutdown()
        await close()
    }

    /// Ends all connections. What is asked afterwards ends as not sent, ``OutboundTrouble/closed``.
    package func close() async { await clients.close() }

    /// Pairs of name and address that have a client now.
    package var clientsHeld: Int { clients.count }

    /// Asks, and reads the whole answer.
    /// - Returns: the answer, whatever its status.
    /// - Throws: ``OutboundError``, whose case says whether it may have happened.
    package func send(
        _ request: OutboundRequest, to policy: DestinationPolicy, limits: ExchangeLimits = ExchangeLimits()
    ) async throws -> OutboundAnswer {
        try await exchange(request, policy, limits, repeatsAfterHead: true) { head, body in
            var bytes: [UInt8] = []
            for try await piece in body { bytes += piece }
            return OutboundAnswer(head: head, body: bytes, isBodyCut: body.isCut)
        }
    }

    /// Asks, and gives the answer's body as it comes.
    /// - Parameter read: called once at most. When it returns or throws, what was not read is dropped with its connection. Its time counts
    ///   into the limits' timeout; when that is over its task is cancelled.
    /// - Throws: ``OutboundError``, or what `read` throws.
    package func stream<Result: Sendable>(
        _ request: OutboundRequest, to policy: DestinationPolicy, limits: ExchangeLimits = ExchangeLimits(),
        read: @escaping @Sendable (OutboundHead, OutboundBody) async throws -> Result
    ) async throws -> Result {
        try await exchange(request, policy, limits, repeatsAfterHead: false, read: read)
    }

    /// Asks, and writes the body of a 2xx answer to `file`, from where that stands. After an error there may be a part of it.
    /// - Returns: how the answer began, and the bytes that were written.
    /// - Throws: ``OutboundError``, for other answers ``OutboundError/refused(host:status:retryAfterSeconds:)``; what writing throws.
    package func download(
        _ request: OutboundRequest, to policy: DestinationPolicy, limits: ExchangeLimits = ExchangeLimits(), into file: FileHandle
    ) async throws -> (head: OutboundHead, bytes: Int) {
        try await stream(request, to: policy, limits: limits) { head, body in
            guard head.isSuccess else {
                throw OutboundError.refused(host: head.host, status: head.status, retryAfterSeconds: head.retryAfterSeconds)
            }
            var bytes = 0
            for try await piece in body {
                try file.write(contentsOf: piece)
                bytes += piece.count
            }
            return (head, bytes)
        }
    }

    private typealias Read<Result> = @Sendable (OutboundHead, OutboundBody) async throws -> Result

    private func exchange<Result: Sendable>(
        _ request: OutboundRequest, _ policy: DestinationPolicy, _ limits: ExchangeLimits, repeatsAfterHead: Bool,
        read: @escaping Read<Result>
    ) async throws -> Result {
        let url: OutboundURL
        do throws(Prohibition) { url = try OutboundURL(request.url) } catch {
            throw OutboundError.forbidden(host: OutboundError.noHost, error)
        }
        do throws(Prohibition) {
            _ = try policy.admit(url)
            try request.checkSizes()
        } catch { throw OutboundError.forbidden(host: "\(url.host)", error) }
        return try await Self.within(limits.timeout) {
            do throws(OutboundTrouble) { try await self.places.take() } catch { throw OutboundError.notSent(host: "\(url.host)", error) }
            defer { self.places.give() }
            var attempt = 1
            var unanswered: OutboundError?
            while true {
                do { return try await self.follow(url, request, policy, limits, read) } catch let error as OutboundError {
                    guard case .unknown(_, let trouble, let status) = error else {
                        // Not sent this time does not undo that it was sent before.
                        if let unanswered { throw unanswered }
                        throw error
                    }
                    let mayRepeat =
                        request.repeating == .whenUnanswered && trouble == .connectionLost && (status == nil || repeatsAfterHead)
                    guard mayRepeat, attempt < ExchangeLimits.attemptsMax, !Task.isCancelled else { throw error }
                    unanswered = error
                    attempt += 1
                }
            }
        }
    }

    private enum End<Result: Sendable>: Sendable { case value(Result), late, cancelled }

    /// One of the two ends: the work, which knows what became of the request even when it is cancelled, or the time.
    private static func within<Result: Sendable>(_ timeout: Duration, _ work: @escaping @Sendable () async throws -> Result) async throws
        -> Result
    {
        try await withThrowingTaskGroup(of: End<Result>.self) { group in
            group.addTask { .value(try await work()) }
            group.addTask {
                do { try await Task.sleep(for: timeout) } catch { return .cancelled }
                return .late
            }
            defer { group.cancelAll() }
            var isLate = false
            do {
                while let end = try await group.next() {
                    switch end {
                    case .value(let value): return value
                    case .late:
                        isLate = true
                        group.cancelAll()
                    case .cancelled: continue
                    }
                }
                throw CancellationError()
            } catch let error as OutboundError {
                throw isLate ? error.because(.timedOut) : error
            }
        }
    }

    private enum Hop<Result: Sendable>: Sendable { case end(Result), redirect(String) }

    private func follow<Result: Sendable>(
        _ first: OutboundURL, _ request: OutboundRequest, _ policy: DestinationPolicy, _ limits: ExchangeLimits,
        _ read: @escaping Read<Result>
    ) async throws -> Result {
        var url = first
        var fields = request.fields
        var redirects = 0
        let isFollowing = (request.method == .get || request.method == .head) && limits.redirectsMax > 0
        while true {
            let hop = try await visit(url, fields, request, policy, limits) { head, body -> Hop<Result> in
                if isFollowing, [301, 302, 303, 307, 308].contains(head.status), let location = head.field("location") {
                    return .redirect(location)
                }
                return .end(try await read(head, body))
            }
            switch hop {
            case .end(let result): return result
            case .redirect(let location):
                redirects += 1
                let next: OutboundURL
                do throws(Prohibition) {
                    guard redirects <= limits.redirectsMax else { throw .tooManyRedirects(limit: limits.redirectsMax) }
                    next = try url.following(location)
                    guard url.isPlainHTTP || !next.isPlainHTTP else { throw .redirectToPlainHTTP }
                } catch { throw OutboundError.forbidden(host: "\(url.host)", error) }
                // What is meant for one origin, a key in a field of any name, is nobody else's; and it does not come back.
                if next.origin != url.origin {
                    fields = fields.filter { OutboundRequest.fieldsForEverybody.contains($0.name.lowercased()) }
                }
                url = next
            }
        }
    }

    /// Looks the host up, checks all its addresses, and asks at the first that can be connected to.
    private func visit<Result: Sendable>(
        _ url: OutboundURL, _ fields: [(name: String, value: String)], _ request: OutboundRequest, _ policy: DestinationPolicy,
        _ limits: ExchangeLimits, _ read: Read<Result>
    ) async throws -> Result {
        let host = "\(url.host)"
        let addresses = try await checkedAddresses(url, policy)
        var failure = OutboundError.notSent(host: host, .connectFailed)
        for address in addresses.prefix(ExchangeLimits.addressesTriedMax) {
            do { return try await ask(url, at: address, fields, request, limits, read) } catch let error as OutboundError
                where error.isSafeToRepeat
            {
                failure = error
                if Task.isCancelled { break }
            }
        }
        throw failure
    }

    private func checkedAddresses(_ url: OutboundURL, _ policy: DestinationPolicy) async throws(OutboundError) -> [IPAddress] {
        let host = "\(url.host)"
        let admission: DestinationPolicy.Admission
        do throws(Prohibition) { admission = try policy.admit(url) } catch { throw .forbidden(host: host, error) }
        switch url.host {
        case .address(let address): return [address]
        case .name(let name):
            let addresses: [IPAddress]
            do throws(OutboundTrouble) {
                addresses = try await resolver.addresses(of: name, searchesDomains: admission.searchesDomains)
            } catch { throw .notSent(host: host, error) }
            do throws(Prohibition) {
                guard addresses.count <= ExchangeLimits.addressesPerNameMax else {
                    throw .tooManyAddresses(limit: ExchangeLimits.addressesPerNameMax)
                }
                for address in addresses { try admission.check(address) }
            } catch { throw .forbidden(host: host, error) }
            return addresses
        }
    }

    private func ask<Result: Sendable>(
        _ url: OutboundURL, at address: IPAddress, _ fields: [(name: String, value: String)], _ request: OutboundRequest,
        _ limits: ExchangeLimits,
        _ read: Read<Result>
    ) async throws -> Result {
        let host = "\(url.host)"
        // A connection that has waited may be closed by the server in the moment it is used, which leaves the request's fate unknown: what may
        // not be repeated gets a connection of its own.
        guard let use = clients.take(.init(host: url.host, address: address, isFresh: request.repeating == .never)) else {
            throw OutboundError.notSent(host: host, .closed)
        }
        defer { clients.release(use) }
        let attempt = use.register.begin()
        defer { use.register.end(attempt) }
        var asked = HTTPClientRequest(url: url.text)
        asked.method = HTTPMethod(rawValue: request.method.rawValue)
        for (name, value) in fields { asked.headers.add(name: name, value: value) }
        asked.headers.add(name: "accept-encoding", value: "identity")
        asked.headers.add(name: SendMarker.fieldName, value: String(attempt))
        if !request.body.isEmpty { asked.body = .bytes(ByteBuffer(bytes: request.body)) }
        let response: HTTPClientResponse
        do { response = try await use.client.execute(asked, deadline: .now() + .nanoseconds(limits.timeout.nanoseconds)) } catch {
            let isSent = use.register.end(attempt)
            let trouble = OutboundTrouble(error, isSent: isSent)
            throw isSent ? OutboundError.unknown(host: host, trouble, status: nil) : .notSent(host: host, trouble)
        }
        let head = OutboundHead(host: host, status: Int(response.status.code), headers: response.headers)
        guard response.headers.reduce(0, { $0 + $1.name.utf8.count + $1.value.utf8.count }) <= limits.headBytesMax else {
            throw OutboundError.unknown(host: host, .answerHeadTooLarge, status: head.status)
        }
        let hasBody = request.method != .head && response.status != .notModified && response.status != .noContent
        let declared = hasBody ? head.field("content-length").flatMap { Int($0) } : nil
        if limits.excess == .fails, let declared, declared > limits.bodyBytesMax {
            throw OutboundError.unknown(host: host, .answerBodyTooLarge, status: head.status)
        }
        return try await read(head, OutboundBody(response.body, head: head, limits: limits, declaredBytes: declared))
    }
}
