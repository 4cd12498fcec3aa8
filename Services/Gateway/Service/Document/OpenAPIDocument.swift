import Contracts
import Foundation

/// The document that clients read: the rows of the route table, what is said of them (``Operation``), and the schemas of what they take and give.
package struct OpenAPIDocument {
    /// In JSON, by name, indented: one change is one line of a difference.
    package let text: String
    /// What is missing or cannot be; the document is good when there is nothing.
    package let problems: [String]

    /// - Parameter head: what is about no single operation: title, tags, how to sign in, shared parameters and refusals.
    package init(head: JSONValue, routes: [Route]) throws {
        guard case .object(var document) = head, case .object(var components)? = document["components"] else {
            throw ShapeProblem(type: "The document's head", text: "has no components")
        }
        var writer = SchemaWriter()
        var problems: [String] = []
        let operations = Dictionary(Operation.all.map { ($0.id, $0) }) { first, _ in
            problems.append("\(first.id) is described twice")
            return first
        }
        var paths: [String: [String: JSONValue]] = [:]
        for route in routes {
            guard let id = route.operation else { continue }
            guard let operation = operations[id] else {
                problems.append("\(id) is in no controller's operations")
                continue
            }
            paths[route.path, default: [:]][route.method.rawValue.lowercased()] = Self.item(route, operation, &writer)
        }
        problems += Set(operations.keys).subtracting(routes.compactMap(\.operation)).map { "\($0) is the operation of no row" }
        _ = writer.schema(of: Problem.Document.self)
        components["schemas"] = .object(writer.schemas)
        document["components"] = .object(components)
        document["paths"] = .object(paths.mapValues { .object($0) })
        self.problems = (problems + writer.problems).sorted()
        var text = ""
        Self.write(.object(document), indent: "", to: &text)
        self.text = text + "\n"
    }

    private static func item(_ route: Route, _ operation: Operation, _ writer: inout SchemaWriter) -> JSONValue {
        var roles: [String] = []
        if case .roles(let allowed) = route.access { roles = allowed.map(\.rawValue).sorted() }
        var item: [String: JSONValue] = [
            "operationId": .string(operation.id), "tags": [.string(operation.tag)], "summary": .string(operation.summary),
            "x-roles": .array(roles.map { .string($0) }),
        ]
        item["description"] = operation.text.map { .string($0) }
        if roles.isEmpty { item["security"] = [] }
        if roles.contains(Role.service.rawValue) { item["x-scope"] = .string(route.scope.rawValue) }
        let parameters = parameters(route, operation)
        if !parameters.isEmpty { item["parameters"] = .array(parameters) }
        if let type = operation.takes {
            item["requestBody"] = ["required": .bool(!operation.isBodyOptional), "content": content(type, &writer)]
        }
        var responses: [String: JSONValue] = [:]
        for status in operation.refusals(of: route) {
            responses[String(status)] = Operation.refusals[status].map { ["$ref": .string("#/components/responses/\($0)")] }
        }
        for answer in operation.answers {
            var response: [String: JSONValue] = ["description": .string(answer.text)]
            if let type = answer.type { response["content"] = content(type, &writer) }
            responses[String(answer.status)] = .object(response)
        }
        item["responses"] = .object(responses)
        return .object(item)
    }

    private static func content(_ type: any Decodable.Type, _ writer: inout SchemaWriter) -> JSONValue {
        ["application/json": ["schema": writer.schema(of: type)]]
    }

    /// Of the path, which are ids, of the query, and the key of a write.
    private static func parameters(_ route: Route, _ operation: Operation) -> [JSONValue] {
        var parameters: [JSONValue] = route.path.split(separator: "/").filter { $0.hasPrefix("{") }.map { segment in
            [
                "name": .string(String(segment.dropFirst().dropLast())), "in": "path", "required": true,
                "schema": ["type": "string", "format": "uuid"],
            ]
        }
        for query in operation.query {
            switch query {
            case .shared(let name): parameters.append(["$ref": .string("#/components/parameters/\(name)")])
            case .own(let name, let text, let isRequired, let schema):
                var parameter: [String: JSONValue] = ["name": .string(name), "in": "query", "schema": schema, "description": .string(text)]
                if isRequired { parameter["required"] = true }
                parameters.append(.object(parameter))
            }
        }
        if route.method != .get { parameters.append(["$ref": "#/components/parameters/IdempotencyKey"]) }
        return parameters
    }

    /// One type's schema alone, and what is missing.
    package static func schema(of type: any Decodable.Type, isClosed: Bool = false) -> (schema: JSONValue, problems: [String]) {
        var writer = SchemaWriter()
        let schema = writer.schema(of: type, isClosed: isClosed)
        return (schema, writer.problems)
    }

    private static func write(_ value: JSONValue, indent: String, to text: inout String) {
        let inner = indent + "  "
        switch value {
        case .object(let members) where !members.isEmpty:
            text += "{\n"
            for (index, member) in members.sorted(by: { $0.key < $1.key }).enumerated() {
                text += "\(inner)\(quoted(member.key)): "
                write(member.value, indent: inner, to: &text)
                text += index + 1 < members.count ? ",\n" : "\n"
            }
            text += indent + "}"
        case .array(let elements) where elements.contains { if case .object = $0 { true } else { false } }:
            text += "[\n"
            for (index, element) in elements.enumerated() {
                text += inner
                write(element, indent: inner, to: &text)
                text += index + 1 < elements.count ? ",\n" : "\n"
            }
            text += indent + "]"
        case .array(let elements):
            text += "["
            for (index, element) in elements.enumerated() {
                if index > 0 { text += ", " }
                write(element, indent: inner, to: &text)
            }
            text += "]"
        case .object: text += "{}"
        case .null: text += "null"
        case .bool(let value): text += value ? "true" : "false"
        case .integer(let value): text += String(value)
        case .number(let value): text += String(value)
        case .string(let value): text += quoted(value)
        }
    }

    private static func quoted(_ text: String) -> String {
        var json = JSONText()
        json.string(text)
        return String(decoding: json.bytes, as: UTF8.self)
    }
}
