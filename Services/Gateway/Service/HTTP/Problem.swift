import Contracts
import HTTPTypes
import Hummingbird

/// A refusal as clients see it. Source: RFC 9457. `type` ends in a stable code; `detail` is a sentence for people.
package struct Problem: Error, Sendable, Equatable {
    /// What single problems say beyond RFC 9457's members.
    package struct Particulars: Sendable, Equatable, Codable {
        package var incident: String?
        package var lastMessageSequence: Int64?
        package var version: Int?
        package var scope: KeyScope?
        package var origin: String?

        private enum CodingKeys: String, CodingKey {
            case incident, version, scope, origin
            case lastMessageSequence = "last_message_sequence"
        }
    }

    /// What is sent.
    package struct Document: Sendable, Codable {
        package let type: String
        package let title: String
        package let status: Int
        package let detail: String
        package let requestID: String?
        package let errors: [Field]?
        package let particulars: Particulars

        private enum CodingKeys: String, CodingKey {
            case type, title, status, detail, errors
            case requestID = "request_id"
        }

        init(_ problem: Problem, traceID: String?) {
            type = "/problems/\(problem.code)"
            title = problem.status.reasonPhrase
            status = problem.status.code
            detail = problem.detail
            requestID = traceID
            errors = problem.errors.isEmpty ? nil : problem.errors
            particulars = problem.particulars
        }

        package init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            type = try container.decode(String.self, forKey: .type)
            title = try container.decode(String.self, forKey: .title)
            status = try container.decode(Int.self, forKey: .status)
            detail = try container.decode(String.self, forKey: .detail)
            requestID = try container.decodeIfPresent(String.self, forKey: .requestID)
            errors = try container.decodeIfPresent([Field].self, forKey: .errors)
            particulars = try Particulars(from: decoder)
        }

        package func encode(to encoder: any Encoder) throws {
            try particulars.encode(to: encoder)
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(type, forKey: .type)
            try container.encode(title, forKey: .title)
            try container.encode(status, forKey: .status)
            try container.encode(detail, forKey: .detail)
            try container.encodeIfPresent(requestID, forKey: .requestID)
            try container.encodeIfPresent(errors, forKey: .errors)
        }
    }

    package struct Field: Sendable, Equatable, Codable {
        /// Dotted path in the body, or a parameter's name.
        package let field: String
        package let detail: String

        package init(_ field: String, _ detail: String) {
            self.field = field
            self.detail = detail
        }
    }

    package var status: HTTPResponse.Status
    package var code: String
    package var detail: String
    package var errors: [Field] = []
    package var particulars = Particulars()
    package var headers: HTTPFields = [:]

    package init(_ status: HTTPResponse.Status, _ code: String, detail: String) {
        self.status = status
        self.code = code
        self.detail = detail
    }

    package init(_ status: HTTPResponse.Status, _ code: String, field: String, detail: String) {
        self.init(status, code, detail: detail)
        errors = [Field(field, detail)]
    }

    package func with(_ name: HTTPField.Name, _ value: String) -> Problem {
        var copy = self
        copy.headers[name] = value
        return copy
    }

    package func with<Value>(_ particular: WritableKeyPath<Particulars, Value?>, _ value: Value) -> Problem {
        var copy = self
        copy.particulars[keyPath: particular] = value
        return copy
    }

    /// The same problem of a part of the request.
    package func within(_ path: String) -> Problem {
        var copy = self
        copy.errors = errors.isEmpty ? [Field(path, detail)] : errors.map { Field("\(path).\($0.field)", $0.detail) }
        return copy
    }

    /// Whole seconds, at least one: clients that come back at once are what made us busy.
    package func retryAfter(_ duration: Duration) -> Problem {
        with(.retryAfter, String(max(1, duration.components.seconds + (duration.components.attoseconds > 0 ? 1 : 0))))
    }

    /// For a response, or a part of one.
    package func document(traceID: String?) -> Document { Document(self, traceID: traceID) }

    package func response(traceID: String?) throws -> Response {
        var headers = headers
        headers[.contentType] = "application/problem+json"
        headers[.cacheControl] = "no-store"
        let body = try JSON.encode(document(traceID: traceID))
        return Response(status: status, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: body)))
    }
}

extension HTTPField.Name {
    static let retryAfter = HTTPField.Name("Retry-After")!
}

extension Problem {
    static let pathNotFound = Problem(.notFound, "not-found", detail: "There is nothing at this address.")

    static func notFound(_ what: String) -> Problem {
        Problem(.notFound, "\(what)-not-found", detail: "You have no \(what.replacing("-", with: " ")) with this id.")
    }

    static func unauthorized(_ detail: String) -> Problem {
        Problem(.unauthorized, "unauthorized", detail: detail).with(
            .wwwAuthenticate, "Bearer realm=\"switchboard\", error=\"invalid_token\"")
    }

    static func forbidden(_ role: Role) -> Problem {
        Problem(.forbidden, "role-may-not", detail: "The role \(role) may not do this.")
    }

    static func scopeMissing(_ scope: KeyScope) -> Problem {
        Problem(.forbidden, "scope-missing", detail: "This key lacks the scope \(scope).").with(\.scope, scope)
    }

    static func tooManyRequests(_ wait: Duration) -> Problem {
        Problem(.tooManyRequests, "too-many-requests", detail: "Too many requests in a short time.").retryAfter(wait)
    }

    static func parameter(_ name: String, _ detail: String) -> Problem {
        Problem(.badRequest, "parameter-invalid", field: name, detail: detail)
    }

    static func body(_ field: String, _ detail: String) -> Problem {
        Problem(.badRequest, "field-invalid", field: field, detail: detail)
    }
}

extension Problem.Document: Described {
    package static let meaning = Meaning(
        "Problem", .answer, "Why a request was refused. RFC 9457.",
        fields: [
            Contracts.Field("type", "Ends in the problem's stable code."),
            Contracts.Field("title", "The status in words."),
            Contracts.Field("status", "The response's status.", .range(400, 599)),
            Contracts.Field("detail", "A sentence for people."),
            Contracts.Field("request_id", "Also in `X-Request-Id`; name it when you ask for help."),
            Contracts.Field("errors", "What to change."),
            Contracts.Field("incident", "Stands in our log when the fault is ours."),
            Contracts.Field("last_message_sequence", "With `conversation-moved-on`: the sequence of the last message.", .sequence),
            Contracts.Field("version", "With `business-rules-moved-on`: the version that there is now."),
            Contracts.Field("scope", "With `scope-missing`: what the key lacks."),
            Contracts.Field("origin", "With `wrong-origin`: where it is."),
        ],
        example: [
            "type": "/problems/field-invalid", "title": "Bad Request", "status": 400, "detail": "is missing",
            "request_id": "4bf92f3577b34da6a3ce929d0e0e4736", "errors": [["field": "text", "detail": "is missing"]],
        ])
}

extension Problem.Field: Described {
    package static let meaning = Meaning(
        nil,
        fields: [
            Contracts.Field("field", "Dotted path in the body, or a parameter's name."),
            Contracts.Field("detail", "What is wrong with it."),
        ])
}
