import Bus
import Contracts
import Foundation
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import NIOHTTP1
import ServiceKit

struct GatewayContext: InitializableFromSource {
    let peer: String

    init(source: ApplicationRequestContextSource) {
        peer = source.channel.remoteAddress?.ipAddress ?? ""
    }
}

/// Answers every HTTP request: finds the route, finds out who asks, enforces what the route table says, lets the controller
/// answer, and renders what goes wrong.
struct GatewayResponder: HTTPResponder {
    typealias Context = GatewayContext

    /// Browsers that came encrypted once come so for a year. Not for other names of the domain, which are not ours to promise.
    static let onlySecure = "max-age=31536000"

    private let tree: RouteTree
    private let authenticator: Authenticator
    private let limits: RequestLimits
    private let address: ClientAddress
    private let origins: PublicOrigins
    private let bus: any Bus
    private let logger: Logger
    private let metrics: RequestMetrics
    private let sampling = TraceSampling()

    init(
        routes: [Route], authenticator: Authenticator, limits: RequestLimits, address: ClientAddress, origins: PublicOrigins, bus: any Bus,
        metrics: MetricsRegistry, logger: Logger
    ) {
        tree = RouteTree(routes)
        self.authenticator = authenticator
        self.limits = limits
        self.address = address
        self.origins = origins
        self.bus = bus
        self.logger = logger
        self.metrics = RequestMetrics(routes, metrics)
    }

    func respond(to request: Request, context: GatewayContext) async throws -> Response {
        let started = ContinuousClock.now
        let trace = request.headers[.traceparent].flatMap(TraceContext.init(header:)).map { sampling.admit($0.child()) } ?? .generate()
        var found: Route?
        var response: Response
        do {
            response = try await answer(request, context, trace, started, &found)
        } catch let error as HTTPParserError {
            throw error
        } catch {
            let problem = Problem(error) {
                let incident = UUID.version7().lowercased
                logger.error(
                    "a request failed",
                    metadata: [
                        "incident": "\(incident)", "route": "\(found?.path ?? "")", "error": "\(String(reflecting: error))",
                        "trace_id": "\(trace.traceID)",
                    ])
                return incident
            }
            response = try problem.response(traceID: trace.traceID)
        }
        response.headers[.traceparent] = trace.description
        response.headers[.requestID] = trace.traceID
        response.headers[.contentTypeOptions] = "nosniff"
        if address.isSecure(peer: context.peer, headers: request.headers) { response.headers[.strictTransportSecurity] = Self.onlySecure }
        if request.method == .head { response = response.createHeadResponse() }
        metrics.record(found, response.status, since: started)
        if trace.isSampled {
            logger.info(
                "a request was answered",
                metadata: ["route": "\(found?.path ?? "")", "status": "\(response.status.code)", "trace_id": "\(trace.traceID)"])
        }
        return response
    }

    private func answer(
        _ request: Request, _ context: GatewayContext, _ trace: TraceContext, _ started: ContinuousClock.Instant, _ found: inout Route?
    ) async throws -> Response {
        let isSecure = address.isSecure(peer: context.peer, headers: request.headers)
        let address = address.address(peer: context.peer, headers: request.headers)
        guard let match = tree.match(request.uri.path) else {
            _ = try limits.admit(address: address)
            throw Problem.pathNotFound
        }
        let method = request.method == .head ? HTTPRequest.Method.get : request.method
        guard let route = match.routes[method] else {
            _ = try limits.admit(address: address)
            let allow = Self.allow(match.routes)
            guard request.method == .options else {
                throw Problem(.methodNotAllowed, "method-not-allowed", detail: "This address takes \(allow).").with(.allow, allow)
            }
            return Response(status: .noContent, headers: [.allow: allow])
        }
        found = route
        try origins.admit(route.side, authority: request.head.authority)
        let (caller, fields) = try await admit(route, request, address)
        // PostgreSQL's text cannot hold it, whichever column a parameter is compared with.
        if let (name, _) = request.uri.queryParameters.first(where: { $0.key.utf8.contains(0) || $0.value.utf8.contains(0) }) {
            throw Problem.parameter(String(name), "holds the character U+0000")
        }
        let body = route.hasBody ? try await collect(request, route) : ByteBuffer()
        var response = try await route.answer(
            GatewayCall(
                request: request, parameters: match.parameters, caller: caller, address: address, isSecure: isSecure,
                trace: trace,
                deadline: started + route.budget, body: body, bus: bus))
        // What a controller says of a narrower limit stays.
        for field in fields where response.headers[field.name] == nil { response.headers[field.name] = field.value }
        return response
    }

    /// Who asks is counted against a limit before anything is done for them.
    private func admit(_ route: Route, _ request: Request, _ address: String) async throws -> (Caller?, HTTPFields) {
        guard case .roles(let roles) = route.access else { return (nil, try limits.admit(address: address)) }
        let caller: Caller
        var isCharged = false
        do {
            let known = try await authenticator.caller(request.headers) {
                _ = try limits.admit(address: address)
                isCharged = true
            }
            guard let known else {
                throw Problem(.unauthorized, "unauthorized", detail: "Sign in first.").with(
                    .wwwAuthenticate, "Bearer realm=\"switchboard\"")
            }
            caller = known
        } catch let problem as Problem {
            if !isCharged, problem.status == .unauthorized { _ = try limits.admit(address: address) }
            throw problem
        }
        let isVisitor = caller.principal.role == .customer
        // First the address: whoever comes as another visitor each time has a full bucket each time.
        if isVisitor { _ = try limits.admit(address: address) }
        var fields = try limits.admit(caller.principal)
        guard roles.contains(caller.principal.role) else { throw Problem.forbidden(caller.principal.role) }
        guard caller.holds(route.scope) else { throw Problem.scopeMissing(route.scope) }
        if isVisitor, route.opensConversation {
            fields = try limits.newcomers.admitConversation(address: address, of: caller.principal.clientID)
        }
        return (caller, fields)
    }

    private func collect(_ request: Request, _ route: Route) async throws -> ByteBuffer {
        let tooLarge = Problem(.contentTooLarge, "body-too-large", field: "body", detail: "has more than \(route.bodyMax) bytes")
        if let length = request.headers[.contentLength].flatMap(Int.init), length > route.bodyMax { throw tooLarge }
        if let type = request.headers[.contentType], !Self.isJSON(type) {
            throw Problem(.unsupportedMediaType, "not-json", detail: "The body must be application/json.").with(.accept, "application/json")
        }
        do {
            return try await request.body.collect(upTo: route.bodyMax)
        } catch is NIOTooManyBytesError {
            throw tooLarge
        }
    }

    private static func isJSON(_ type: String) -> Bool {
        let media = type.prefix { $0 != ";" }.lowercased().trimmingPrefix(" ")
        return media.hasPrefix("application/json") || media.hasSuffix("+json")
    }

    private static func allow(_ routes: [HTTPRequest.Method: Route]) -> String {
        var methods = Set(routes.keys.map(\.rawValue))
        if methods.contains("GET") { methods.insert("HEAD") }
        methods.insert("OPTIONS")
        return methods.sorted().joined(separator: ", ")
    }
}

extension HTTPField.Name {
    static let requestID = HTTPField.Name("X-Request-Id")!
    static let strictTransportSecurity = HTTPField.Name("Strict-Transport-Security")!
    static let contentTypeOptions = HTTPField.Name("X-Content-Type-Options")!
}

/// Requests by route and outcome.
private struct RequestMetrics: Sendable {
    private struct Instruments: Sendable {
        let duration: Histogram
        /// By the status's first digit.
        let outcomes: [Counter]
    }

    private let byRoute: [String: Instruments]
    private let others: Instruments

    init(_ routes: [Route], _ metrics: MetricsRegistry) {
        func instruments(_ name: String) -> Instruments {
            Instruments(
                duration: metrics.histogram("gateway_request_duration_seconds", "Time to answer HTTP requests.", labels: ["route": name]),
                outcomes: (1...5).map {
                    metrics.counter("gateway_requests_total", "HTTP requests answered.", labels: ["route": name, "status": "\($0)xx"])
                })
        }
        byRoute = Dictionary(routes.map { ("\($0.method) \($0.path)", instruments("\($0.method) \($0.path)")) }) { first, _ in first }
        others = instruments("none")
    }

    func record(_ route: Route?, _ status: HTTPResponse.Status, since started: ContinuousClock.Instant) {
        let instruments = route.flatMap { byRoute["\($0.method) \($0.path)"] } ?? others
        instruments.duration.record(ContinuousClock.now - started)
        instruments.outcomes[min(max(status.code / 100, 1), 5) - 1].add()
    }
}
