import Bus
import Contracts
import Foundation
import HTTPTypes
import NIOCore
import NIOHTTP1
import NIOWebSocket
import ServiceKit

/// Decides who gets a WebSocket, before the connection is upgraded. Whoever does not gets the HTTP answer of the same address.
struct SocketGate: Sendable {
    /// Keys have no end; a socket opened with one must prove it again after the life of an access token.
    static let keyLifetime: TimeInterval = 600
    static let subprotocol = "switchboard.v1"

    let authenticator: Authenticator
    let address: ClientAddress
    let services: SocketServices
    let places: SocketPlaces
    let origins: PublicOrigins
    let now: @Sendable () -> Date

    func admit(_ head: HTTPRequestHead, peer: String) async -> SocketGrant? {
        guard head.method == .GET, let purpose = Self.purpose(head.uri) else { return nil }
        var fields: HTTPFields = [:]
        for (name, value) in head.headers {
            if let name = HTTPField.Name(name) { fields.append(HTTPField(name: name, value: value)) }
        }
        do {
            if purpose == .realtime {
                try origins.admit(.staff, authority: head.headers.first(name: "host"))
                try origins.admitStaffPage(fields[.origin])
            }
            let address = address.address(peer: peer, headers: fields)
            _ = try services.requestLimits.admit(address: address)
            guard let caller = try await authenticator.caller(fields) else { return nil }
            let access: Access = purpose == .realtime ? .staff : GetConversation.access
            guard access.includes(caller.principal.role), caller.holds(.conversationsRead) else { return nil }
            let trace = fields[.traceparent].flatMap(TraceContext.init(header:))?.child().unsampled ?? .generate()
            if case .conversation(let id, _) = purpose {
                _ = try await services.bus.request(
                    GetConversation(principal: caller.principal, id: id), clientID: caller.principal.clientID,
                    traceparent: trace.description)
            }
            let isKey = caller.principal.role == .service
            let keyLifetime = min(Self.keyLifetime, caller.keyEndsAt?.timeIntervalSince(now()) ?? Self.keyLifetime)
            let lifetime = isKey ? keyLifetime : caller.expiresAt.timeIntervalSince(now()) + BearerVerifier.leeway
            return SocketGrant(
                caller: caller, address: address, purpose: purpose, trace: trace, lifetime: lifetime,
                place: try places.take(address, caller.principal))
        } catch {
            return nil  // the same request is answered as HTTP and runs into the same refusal there
        }
    }

    func responseHeaders(_ head: HTTPRequestHead, _ grant: SocketGrant) -> HTTPHeaders {
        var headers: HTTPHeaders = ["traceparent": grant.trace.description]
        let offered = head.headers[canonicalForm: "Sec-WebSocket-Protocol"]
        if offered.contains(where: { $0 == Self.subprotocol }) { headers.add(name: "Sec-WebSocket-Protocol", value: Self.subprotocol) }
        return headers
    }

    /// On the event loop, once the connection is a WebSocket.
    func open(_ grant: SocketGrant, _ channel: any NIOCore.Channel) throws {
        let limits = services.limits
        let socket = Socket(grant: grant, channel: channel, shard: services.hub.shard(of: channel.eventLoop), services: services)
        try channel.pipeline.syncOperations.addHandler(FrameCheck())
        try channel.pipeline.syncOperations.addHandler(
            NIOWebSocketFrameAggregator(
                minNonFinalFragmentSize: 0, maxAccumulatedFrameCount: limits.fragmentsMax,
                maxAccumulatedFrameSize: limits.clientFrameBytesMax))
        try channel.pipeline.syncOperations.addHandler(SocketHandler(socket))
    }

    static func purpose(_ uri: String) -> SocketGrant.Purpose? {
        let parts = uri.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        let path = parts[0]
        if path == "/api/v1/realtime" { return .realtime }
        let prefix = "/api/v1/chat/ws/"
        guard path.hasPrefix(prefix), let id = ConversationID(String(path.dropFirst(prefix.count))) else { return nil }
        var after: Int64 = 0
        if parts.count > 1 {
            for pair in parts[1].split(separator: "&") where pair.hasPrefix("after=") {
                guard let number = Int64(pair.dropFirst("after=".count)), GatewayCall.sequenceRange.contains(number) else { return nil }
                after = number
            }
        }
        return .conversation(id, after: after)
    }
}
