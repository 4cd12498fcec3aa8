import Contracts

/// What free JSON may be that clients keep with a message, a conversation or a customer. It is stored, sent to every socket that
/// follows, and kept in the log; and jsonb writes numbers out in full, so that `1e308` has 309 digits there.
package enum MetadataLimits {
    /// Bytes of JSON: with the text it still fits the bus's payload of 256 KiB.
    static let bytesMax = 32_768
    /// Objects and arrays inside each other, the metadata itself included. The migration that repaired older rows has the same number.
    static let depthMax = 16
    /// Values, those inside others included.
    static let valuesMax = 1_000
    /// Of numbers, unless they are 0: some fifty characters in jsonb at most.
    static let magnitudes = 1e-30...1e30

    static func validate(_ metadata: [String: JSONValue]?, field: String = "metadata") throws(ChatError) {
        guard let metadata, !metadata.isEmpty else { return }
        var examination = Examination(name: field)
        try examination.examine(.object(metadata), depth: 1)
        var text = JSONText()
        text.object(metadata)
        guard text.bytes.count <= bytesMax else { throw .textTooLong(field: field, bytes: text.bytes.count, limit: bytesMax) }
    }

    /// Whether the row may hold it as it came; what came before there were limits was repaired there and is unchanged in the log.
    package static func fit(_ metadata: [String: JSONValue]) -> Bool {
        do {
            try validate(metadata)
            return true
        } catch {
            return false
        }
    }

    private struct Examination {
        /// The member's name, then the names and numbers that lead to the value that is examined.
        var path: [String]
        var values = 0

        init(name: String) {
            path = [name]
        }

        private func refusal(_ detail: String) -> ChatError { .fieldInvalid(field: path.joined(), detail: detail) }

        mutating func examine(_ value: JSONValue, depth: Int) throws(ChatError) {
            values += 1
            guard values <= valuesMax else { throw .fieldInvalid(field: path[0], detail: "has more than \(valuesMax) values") }
            switch value {
            case .null, .bool, .integer: break
            case .number(let number):
                guard number == 0 || magnitudes.contains(abs(number)) else {
                    throw refusal("is a number whose magnitude is not between \(magnitudes.lowerBound) and \(magnitudes.upperBound)")
                }
            case .string(let text): try examine(text)
            case .array(let elements):
                try check(depth)
                for (index, element) in elements.enumerated() {
                    path.append("[\(index)]")
                    try examine(element, depth: depth + 1)
                    path.removeLast()
                }
            case .object(let members):
                try check(depth)
                for (name, member) in members {
                    try examine(name)
                    path.append("." + JSONPath.name(name))
                    try examine(member, depth: depth + 1)
                    path.removeLast()
                }
            }
        }

        private func check(_ depth: Int) throws(ChatError) {
            guard depth <= depthMax else { throw .fieldInvalid(field: path[0], detail: "is more than \(depthMax) levels deep") }
        }

        /// jsonb cannot hold it, escaped or not. A backslash before `u0000` is text like any other.
        private func examine(_ text: String) throws(ChatError) {
            guard !text.utf8.contains(0) else { throw refusal("holds the character U+0000, which cannot be kept") }
        }
    }
}
