import Contracts
import NIOCore

/// Reads JSON bodies; what cannot be read is answered with the field's name.
enum BodyReader {
    /// - Parameter refusesUnknown: members that nobody reads are refused: who sends them believes that they do something.
    static func decode<Value: Decodable>(_ type: Value.Type, from body: ByteBuffer, refusesUnknown: Bool = true) throws -> Value {
        guard body.readableBytes > 0 else { throw Problem(.badRequest, "body-missing", field: "body", detail: "is missing") }
        do {
            return try JSON.decode(type, fromStranger: Array(body.readableBytesView), refusesUnknown: refusesUnknown)
        } catch let problem as JSONProblem {
            throw self.problem(problem)
        } catch let error as DecodingError {
            throw problem(error)
        }
    }

    private static func problem(_ problem: JSONProblem) -> Problem {
        let field = problem.place.isEmpty ? "body" : problem.place
        return switch problem.reason {
        case .notUTF8: Problem(.badRequest, "not-utf-8", field: field, detail: problem.detail)
        case .notJSON: Problem(.badRequest, "malformed-json", field: field, detail: problem.detail)
        case .tooDeep, .tooManyValues: Problem(.badRequest, "body-too-complex", field: field, detail: problem.detail)
        case .unknownMember: Problem(.badRequest, "field-unknown", field: field, detail: problem.detail)
        case .badNumber, .badText, .holdsNUL, .repeatedMember: .body(field, problem.detail)
        }
    }

    private static func problem(_ error: DecodingError) -> Problem {
        switch error {
        case .keyNotFound(let key, let context): .body(path(context.codingPath + [key]), "is missing")
        case .valueNotFound(_, let context): .body(path(context.codingPath), "must not be null")
        case .typeMismatch(let type, let context): .body(path(context.codingPath), "is not \(name(type))")
        case .dataCorrupted(let context): .body(path(context.codingPath), sentence(context.debugDescription))
        @unknown default: Problem(.badRequest, "malformed-json", field: "body", detail: "cannot be read")
        }
    }

    private static func path(_ keys: [any CodingKey]) -> String {
        keys.isEmpty ? "body" : JSONPath.text(keys)
    }

    private static func name(_ type: any Any.Type) -> String {
        switch type {
        case is String.Type: "text"
        case is Bool.Type: "true or false"
        case is Int.Type, is Int64.Type: "a whole number"
        case is Double.Type: "a number"
        case is any ExpressibleByDictionaryLiteral.Type: "an object"
        case is any ExpressibleByArrayLiteral.Type: "a list"
        default: "of the right type"
        }
    }

    /// Ours begin with a verb in lower case; Swift's name its types, which clients need not know.
    private static func sentence(_ description: String) -> String {
        description.hasPrefix("is ") ? description : "has a value that cannot be taken"
    }
}
