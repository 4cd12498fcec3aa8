import Contracts
import HTTPTypes
import Hummingbird

/// One row of the route table: everything the edge decides before a controller runs.
package struct Route: Sendable {
    /// Bytes of a JSON body (contracts §9).
    package static let bodyMaxDefault = 256 * 1024
    /// How long a request may take, body and all services together.
    package static let budgetDefault = Duration.seconds(5)

    package let method: HTTPRequest.Method
    /// Segments in braces are parameters.
    package let path: String
    /// `operationId` of the OpenAPI document; nil for pages, which are not part of it.
    package let operation: String?
    package let access: Access
    /// What an API key needs for it, where keys may use it at all.
    package let scope: KeyScope
    /// Whether a visitor's request counts as a conversation begun (``NewcomerLimits``).
    package let opensConversation: Bool
    package let side: PublicOrigins.Side
    package let bodyMax: Int
    package let budget: Duration
    let answer: @Sendable (GatewayCall) async throws -> Response

    init(
        _ method: HTTPRequest.Method, _ path: String, _ operation: String?, _ access: Access, scope: KeyScope? = nil,
        opensConversation: Bool = false, side: PublicOrigins.Side? = nil,
        bodyMax: Int = Route.bodyMaxDefault,
        budget: Duration = Route.budgetDefault, answer: @escaping @Sendable (GatewayCall) async throws -> Response
    ) {
        self.method = method
        self.path = path
        self.operation = operation
        self.access = access
        self.scope = scope ?? (method == .get ? .conversationsRead : .conversationsWrite)
        self.opensConversation = opensConversation
        self.side = side ?? (access == .anyone || access.includes(.customer) ? .any : .staff)
        self.bodyMax = bodyMax
        self.budget = budget
        self.answer = answer
    }

    package var hasBody: Bool { method == .post || method == .put || method == .patch }
}
