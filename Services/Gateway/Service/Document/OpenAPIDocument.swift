import Contracts
import Foundation

/// The document that clients read: operations, and the schemas of what they take and give, which come from the types.
package struct OpenAPIDocument {
    /// In JSON, by name, indented: one change is one line of a difference.
    package let text: String
    /// What is missing or cannot be; the document is good when there is nothing.
    package let problems: [String]

    /// - Parameter operations: everything but the schemas.
    package init(operations: JSONValue) throws {
        var writer = SchemaWriter()
        for type in DocumentedTypes.all { _ = writer.schema(of: type) }
        guard case .object(var document) = operations, case .object(var components)? = document["components"] else {
            throw ShapeProblem(type: "The document", text: "has no components")
        }
        var problems = writer.problems
        components["schemas"] = .object(writer.schemas)
        document["components"] = .object(components)
        var named: Set<String> = []
        Self.references(in: .object(document), &named)
        problems += named.subtracting(writer.schemas.keys).map { "\($0) is named, but is the schema of no type" }
        problems += Set(writer.schemas.keys).subtracting(named).map { "\($0) is named by nothing" }
        self.problems = problems.sorted()
        var text = ""
        Self.write(.object(document), indent: "", to: &text)
        self.text = text + "\n"
    }

    /// One type's schema alone, and what is missing.
    package static func schema(of type: any Decodable.Type, isClosed: Bool = false) -> (schema: JSONValue, problems: [String]) {
        var writer = SchemaWriter()
        let schema = writer.schema(of: type, isClosed: isClosed)
        return (schema, writer.problems)
    }

    private static func references(in value: JSONValue, _ names: inout Set<String>) {
        switch value {
        case .object(let members):
            if let reference = members["$ref"]?.string, reference.hasPrefix("#/components/schemas/") {
                names.insert(String(reference.dropFirst("#/components/schemas/".count)))
            }
            for member in members.values { references(in: member, &names) }
        case .array(let elements):
            for element in elements { references(in: element, &names) }
        default: return
        }
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
