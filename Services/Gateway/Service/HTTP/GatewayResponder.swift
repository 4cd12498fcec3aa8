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

    private let tree: RouteTree
    private let authenticator: Authenticator
    private let limits: RequestLimits
    private let address: ClientAddress
    private let bus: any Bus
    private let logger: Logger
    private let metrics: RequestMetrics
    private let sampling = TraceSampling()

    init(
        routes: [Route], authenticator: Authenticator, limits: RequestLimits, address: ClientAddress, bus: any Bus,
        metrics: MetricsRegistry, logger: Logger
    ) {
        tree = RouteTree(routes)
        self.authenticator = authenticator
        self.limits = limits
        self.address = address
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
        let (caller, fields) = try await admit(route, request, address)
        let body = route.hasBody ? try await collect(request, route) : ByteBuffer()
        var response = try await route.answer(
            GatewayCall(
                request: request, parameters: match.parameters, caller: caller, address: address, trace: trace,
                deadline: started + route.budget, body: body, bus: bus))
        for field in fields { response.headers[field.name] = field.value }
        return response
    }

    /// Who asks is counted against a limit before anything is done for them.
    private func admit(_ route: Route, _ request: Request, _ address: String) async throws -> (Caller?, HTTPFields) {
        guard case .roles(let roles) = route.access else { return (nil, try limits.admit(address: address)) }
        let caller: Caller
        do {
            guard let known = try await authenticator.caller(request.headers) else {
                throw Problem(.unauthorized, "unauthorized", detail: "Sign in first.").with(
                    .wwwAuthenticate, "Bearer realm=\"switchboard\"")
            }
            caller = known
        } catch let problem as Problem {
            _ = try limits.admit(address: address)
            throw problem
        }
        let fields = try limits.admit(caller.principal)
        guard roles.contains(caller.principal.role) else { throw Problem.forbidden(caller.principal.role) }
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
