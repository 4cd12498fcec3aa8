import Contracts
import Foundation

/// Makes JSON schemas of types: what they are by ``Shape``, what they mean by their ``Meaning``.
struct SchemaWriter {
    /// Of the named types that were met, by name.
    private(set) var schemas: [String: JSONValue] = [:]
    private var types: [String: String] = [:]
    /// What is missing or cannot be: the document is none as long as there is something.
    private(set) var problems: [String] = []

    /// The schema itself, or a reference to it.
    /// - Parameter isClosed: whether it is for something that clients send.
    mutating func schema(of type: any Decodable.Type, isClosed: Bool = false) -> JSONValue {
        do {
            switch try Shape(of: type) {
            case .text(let words?, _): return ["type": "string", "enum": .array(words.map { .string($0) })]
            case .text(nil, let format): return format.map { ["type": "string", "format": .string($0)] } ?? ["type": "string"]
            case .integer: return ["type": "integer"]
            case .number: return ["type": "number"]
            case .boolean: return ["type": "boolean"]
            case .anything: return [:]
            case .list(let element): return ["type": "array", "items": schema(of: element, isClosed: isClosed)]
            case .map(let value):
                let inside = schema(of: value, isClosed: isClosed)
                return ["type": "object", "additionalProperties": inside == [:] ? true : inside]
            case .optional(let wrapped): return Self.orNull(schema(of: wrapped, isClosed: isClosed))
            case .object(let members): return object(type, members, isClosed: isClosed)
            }
        } catch {
            problems.append("\(type): \(error)")
            return [:]
        }
    }

    private mutating func object(_ type: any Decodable.Type, _ members: [Shape.Member], isClosed: Bool) -> JSONValue {
        guard let meaning = (type as? any Described.Type)?.meaning else {
            problems.append("\(type) has no meaning: it is not Described")
            return [:]
        }
        guard let name = meaning.name else { return written(type, members, meaning, isClosed: isClosed) }
        if let other = types[name], other != String(reflecting: type) {
            problems.append("\(name) is the name of both \(other) and \(String(reflecting: type))")
        }
        if types.updateValue(String(reflecting: type), forKey: name) == nil {
            schemas[name] = written(type, members, meaning, isClosed: meaning.side != .answer)
        }
        return ["$ref": .string("#/components/schemas/\(name)")]
    }

    private mutating func written(
        _ type: any Decodable.Type, _ members: [Shape.Member], _ meaning: Meaning, isClosed: Bool
    ) -> JSONValue {
        let fields = Dictionary(meaning.fields.map { ($0.name, $0) }) { first, second in
            problems.append("\(type).\(second.name) is described twice")
            return first
        }
        let given = isClosed ? nil : answer(type)
        var properties: [String: JSONValue] = [:]
        var required: [String] = []
        for member in members {
            var schema = schema(of: member.type, isClosed: isClosed)
            let value = given?[member.name]
            let isRequired = given == nil ? !member.isOptional : value != nil
            if isRequired { required.append(member.name) }
            if value == .null { schema = Self.orNull(schema) }
            guard let field = fields[member.name] else {
                problems.append("\(type).\(member.name) has no Field")
                continue
            }
            if field.text.isEmpty { problems.append("\(type).\(member.name) has no description") }
            properties[member.name] = limited(schema, field)
        }
        let names = Set(members.map(\.name))
        for field in meaning.fields where !names.contains(field.name) {
            problems.append("\(type) has no \(field.name), which is described")
        }
        for name in (given ?? [:]).keys where !names.contains(name) { problems.append("\(type) writes \(name), which it does not read") }
        var object: [String: JSONValue] = ["type": "object", "properties": .object(properties)]
        if !required.isEmpty { object["required"] = .array(required.sorted().map { .string($0) }) }
        if let text = meaning.text { object["description"] = .string(text) }
        if let example = meaning.example { object["example"] = example }
        if isClosed { object["additionalProperties"] = false }
        guard isClosed, let shorthand = meaning.shorthand else { return .object(object) }
        return ["anyOf": [limited(["type": "string"], shorthand), .object(object)]]
    }

    /// What is written of a value from which everything is absent that may be: members that are always there, null where they are nothing.
    private mutating func answer(_ type: any Decodable.Type) -> [String: JSONValue]? {
        do {
            guard let value = try ShapeRecorder.sample(type) as? any Encodable else {
                problems.append("\(type) is an answer, but not Encodable")
                return nil
            }
            guard case .object(let members) = try JSON.decode(JSONValue.self, from: try JSON.encode(value)) else { return nil }
            return members
        } catch {
            problems.append("\(type) cannot be written: \(error)")
            return nil
        }
    }

    private func limited(_ schema: JSONValue, _ field: Field) -> JSONValue {
        var schema = schema
        for limit in field.limits {
            if limit.members["nullable"] != nil {
                schema = Self.orNull(schema)
            } else if limit.place == .elements, case .object(var members) = schema {
                for place in ["items", "additionalProperties"] {
                    guard case .object(let inside)? = members[place] else { continue }
                    members[place] = .object(inside.merging(limit.members) { $1 })
                }
                schema = .object(members)
            } else if case .object(let members) = schema {
                schema = .object(members.merging(limit.members) { $1 })
            }
        }
        guard case .object(var members) = schema else { return schema }
        if case .array(let words)? = members["enum"], case .array? = members["type"], !words.contains(.null) {
            members["enum"] = .array(words + [.null])
        }
        members["description"] = .string(field.text)
        return .object(members)
    }

    private static func orNull(_ schema: JSONValue) -> JSONValue {
        guard case .object(var members) = schema else { return schema }
        switch members["type"] {
        case .string(let type)?: members["type"] = [.string(type), "null"]
        case .array?: break
        default: return members["oneOf"] != nil || members.isEmpty ? schema : ["oneOf": [schema, ["type": "null"]]]
        }
        if case .array(let words)? = members["enum"], !words.contains(.null) { members["enum"] = .array(words + [.null]) }
        return .object(members)
    }
}
