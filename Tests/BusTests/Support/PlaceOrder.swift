import Bus
import Contracts
import Logging

struct PlaceOrder: BusRequest, AskedByAnyone {
    struct Reply: Codable, Sendable, Equatable { let total: Int }
    typealias Failure = OrderError
    static let subject: Subject = "orders.place"
    static let service = ServiceName.orders
    let article: String
    let count: Int
}

enum OrderError: ServiceError {
    case soldOut(article: String)
    case roleMayNot(role: String)
    case unknown(code: String)

    var code: String {
        switch self {
        case .soldOut: "sold-out"
        case .roleMayNot: "role-may-not"
        case .unknown(let code): code
        }
    }

    var details: [String: JSONValue] {
        switch self {
        case .soldOut(let article): ["article": .string(article)]
        case .roleMayNot(let role): ["role": .string(role)]
        case .unknown: [:]
        }
    }

    init(code: String, details: [String: JSONValue]) {
        switch code {
        case "sold-out": self = .soldOut(article: details["article"]?.string ?? "")
        case "role-may-not": self = .roleMayNot(role: details["role"]?.string ?? "")
        default: self = .unknown(code: code)
        }
    }
}

struct PlaceOrderHandler: RequestHandler {
    struct Bug: Error {}

    func answer(_ request: PlaceOrder, context: RequestContext) async throws -> PlaceOrder.Reply {
        switch request.article {
        case "cups": throw OrderError.soldOut(article: request.article)
        case "bug": throw Bug()
        default: return PlaceOrder.Reply(total: request.count)
        }
    }
}

extension Logger {
    static var silent: Logger { Logger(label: "test") { _ in SwiftLogNoOpLogHandler() } }
}
