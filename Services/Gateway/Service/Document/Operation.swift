import Contracts
import HTTPTypes

/// What clients are told of a row of the route table beside what the row says itself: its path, roles, scope, and the refusals that follow from them.
struct Operation: Sendable {
    /// A member of the query, or one of those that several operations share.
    enum Query: Sendable {
        case shared(String)
        case own(name: String, text: String, isRequired: Bool, schema: JSONValue)

        static let limit = Query.shared("Limit")
        static let cursor = Query.shared("Cursor")
        static let page = Query.shared("Page")
        static let pageSize = Query.shared("PageSize")

        static func text(_ name: String, _ text: String) -> Query { .schema(name, text, ["type": "string"]) }
        static func id(_ name: String, _ text: String, isRequired: Bool = false) -> Query {
            .schema(name, text, ["type": "string", "format": "uuid"], isRequired: isRequired)
        }
        static func word(_ name: String, _ text: String, of words: [String], isRequired: Bool = false) -> Query {
            .schema(name, text, ["type": "string", "enum": .array(words.map { .string($0) })], isRequired: isRequired)
        }
        static func sequence(_ name: String, _ text: String) -> Query {
            .schema(name, text, ["type": "integer", "minimum": 0, "maximum": .integer(GatewayCall.sequenceRange.upperBound)])
        }
        static func time(_ name: String, _ text: String) -> Query { .schema(name, text, ["type": "string", "format": "date-time"]) }
        static func day(_ name: String, _ text: String) -> Query { .schema(name, text, ["type": "string", "format": "date"]) }
        static func schema(_ name: String, _ text: String, _ schema: JSONValue, isRequired: Bool = false) -> Query {
            .own(name: name, text: text, isRequired: isRequired, schema: schema)
        }
    }

    /// An answer that is no refusal.
    struct Answer: Sendable {
        let status: Int
        let text: String
        let type: (any (Decodable & SendableMetatype).Type)?

        init(_ status: Int, _ text: String, _ type: (any (Decodable & SendableMetatype).Type)? = nil) {
            self.status = status
            self.text = text
            self.type = type
        }
    }

    /// `operationId`, as in the row.
    let id: String
    let tag: String
    let summary: String
    let text: String?
    let query: [Query]
    let takes: (any (Decodable & SendableMetatype).Type)?
    /// The body may be left out.
    let isBodyOptional: Bool
    let answers: [Answer]
    /// Statuses that do not follow from the row.
    let refusals: [Int]

    init(
        _ id: String, _ tag: String, _ summary: String, _ text: String? = nil, query: [Query] = [],
        takes: (any (Decodable & SendableMetatype).Type)? = nil, isBodyOptional: Bool = false, answers: [Answer],
        refusals: [Int] = []
    ) {
        self.id = id
        self.tag = tag
        self.summary = summary
        self.text = text
        self.query = query
        self.takes = takes
        self.isBodyOptional = isBodyOptional
        self.answers = answers
        self.refusals = refusals
    }

    /// The shared responses, by status.
    static let refusals: [Int: String] = [
        400: "BadRequest", 401: "Unauthorized", 403: "Forbidden", 404: "NotFound", 409: "Conflict", 413: "PayloadTooLarge",
        415: "Unsupported", 422: "Unprocessable", 426: "Upgrade", 429: "TooMany", 503: "Unavailable",
    ]

    /// What follows from the row: who is not signed in, may not, asks too fast; what is not there, not understood, too large, repeated otherwise.
    func refusals(of route: Route) -> Set<Int> {
        var statuses: Set<Int> = [429, 503]
        if route.access != .anyone { statuses.formUnion([401, 403]) }
        if route.method != .get { statuses.formUnion([400, 422]) }
        if !query.isEmpty { statuses.insert(400) }
        if route.hasBody { statuses.formUnion([413, 415]) }
        if route.path.contains("{") { statuses.insert(404) }
        return statuses.union(refusals)
    }

    static let all = [
        AgentController.operations, AuthController.operations, BusinessRulesController.operations, CustomerController.operations,
        JobController.operations, KeyController.operations, MessageController.operations, PageController.operations,
        RoomController.operations, SessionController.operations, SiteController.operations, TeamController.operations,
        UserController.operations, VisitorController.operations,
    ].flatMap(\.self)
}
