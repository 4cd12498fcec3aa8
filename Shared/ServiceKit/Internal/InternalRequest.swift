import HTTPTypes
import Hummingbird

/// What the internal listener was asked. Method, target, fields and body are as the asker sent them; of what came through the gateway
/// only hop-by-hop fields are missing, and the gateway alone says who asked and at which address.
package struct InternalRequest: Sendable {
    package let method: HTTPRequest.Method
    /// Path and query as they were sent.
    package let target: String
    package let fields: HTTPFields
    /// Of the path, percent-encoded.
    package let parameters: [String: String]
    /// Throws beyond the route's limit, and if it was cut short.
    package let body: RequestBodyStream

    init(_ head: HTTPRequest, parameters: [String: String], body: RequestBodyStream) {
        method = head.method
        target = head.path ?? "/"
        fields = head.headerFields
        self.parameters = parameters
        self.body = body
    }

    /// Whether a stranger asks. Source: the gateway sets the field on all it passes through, and drops a stranger's own.
    static func cameThroughGateway(_ fields: HTTPFields) -> Bool { fields[.xForwardedFor] != nil }

    /// The address that the stranger asked for, which signatures cover; nil if the request did not come through the gateway.
    package var publicURL: String? { url("http", "https") }

    /// The same as clients of WebSockets write it.
    package var publicSocketURL: String? { url("ws", "wss") }

    /// Where the stranger is; nil if the request did not come through the gateway.
    package var clientAddress: String? { fields[.xForwardedFor] }

    private func url(_ plain: String, _ secure: String) -> String? {
        guard let host = fields[.xForwardedHost] else { return nil }
        return "\(fields[.xForwardedProto] == "https" ? secure : plain)://\(host)\(target)"
    }
}

extension HTTPField.Name {
    package static let xForwardedFor = HTTPField.Name("X-Forwarded-For")!
    package static let xForwardedHost = HTTPField.Name("X-Forwarded-Host")!
    package static let xForwardedProto = HTTPField.Name("X-Forwarded-Proto")!
}
