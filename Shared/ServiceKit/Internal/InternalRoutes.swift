import HTTPTypes
import Hummingbird
import Synchronization

/// What the internal listener answers besides health and metrics. A service adds its own before its process runs:
///
///     process.routes.add(.post, "/api/webhooks/twilio/sms", reach: .gateway, bodyBytesMax: 256 * 1024) { request in
///         guard signature.holds(over: request.publicURL, try await request.body.collect(), request.fields) else { … }
///         return Response(status: .ok)
///     }
package final class InternalRoutes: Sendable {
    /// Who may ask.
    package enum Reach: Sendable {
        /// Only what is inside: probes, the metrics' collector, our services.
        case inside
        /// Also strangers, through the gateway, where its settings name the path.
        case gateway
    }

    package typealias Answer = @Sendable (InternalRequest) async throws -> Response
    package typealias SocketAnswer = @Sendable (InternalRequest) async throws -> SocketAdmission

    /// Bytes of a body that a route takes if it says nothing.
    package static let bodyBytesMaxDefault = 256 * 1024

    enum Kind: Sendable {
        case http(HTTPRequest.Method, bodyBytesMax: Int, Answer)
        case socket(SocketAnswer)
    }

    struct Route: Sendable {
        let path: [Substring]
        let reach: Reach
        let kind: Kind

        /// - Returns: nil if it is another path. Parameters are as they came, percent-encoded.
        func parameters(of segments: [Substring]) -> [String: String]? {
            guard segments.count == path.count else { return nil }
            var parameters: [String: String] = [:]
            for (name, segment) in zip(path, segments) {
                if name.hasPrefix("{") {
                    guard !segment.isEmpty else { return nil }
                    parameters[String(name.dropFirst().dropLast())] = String(segment)
                } else if name != segment {
                    return nil
                }
            }
            return parameters
        }
    }

    private let routes = Mutex<[Route]>([])

    package init() {}

    /// - Parameters:
    ///   - path: segments in braces are parameters.
    ///   - bodyBytesMax: more is 413.
    ///   - answer: may read the body while it comes, and answer before it has ended. What it throws is 500.
    package func add(
        _ method: HTTPRequest.Method, _ path: String, reach: Reach, bodyBytesMax: Int = InternalRoutes.bodyBytesMaxDefault,
        _ answer: @escaping Answer
    ) {
        routes.withLock {
            $0.append(Route(path: Self.segments(path), reach: reach, kind: .http(method, bodyBytesMax: bodyBytesMax, answer)))
        }
    }

    /// A WebSocket at this path.
    package func addSocket(_ path: String, reach: Reach, _ answer: @escaping SocketAnswer) {
        routes.withLock { $0.append(Route(path: Self.segments(path), reach: reach, kind: .socket(answer))) }
    }

    /// Those of this path that the asker may know of.
    func found(_ target: String, throughGateway: Bool) -> [(route: Route, parameters: [String: String])] {
        let segments = Self.segments(String(target.prefix { $0 != "?" }))
        return routes.withLock { $0 }.compactMap { route in
            guard !throughGateway || route.reach == .gateway, let parameters = route.parameters(of: segments) else { return nil }
            return (route, parameters)
        }
    }

    private static func segments(_ path: String) -> [Substring] { path.split(separator: "/", omittingEmptySubsequences: false) }
}
