/// What a document may ask of us, whatever its bytes say. Both sides of the bus read within the same limits.
package struct JSONLimits: Sendable {
    /// Arrays and objects inside each other.
    package let depthMax: Int
    /// Values of every kind, those inside others included.
    package let valuesMax: Int
    /// Characters of one number.
    package let numberLengthMax: Int
    /// Whether texts may hold U+0000. PostgreSQL's text cannot.
    package let takesNUL: Bool

    /// What anybody sends. Nothing that we offer nests deeper than ten levels; the longest list that makes sense, a bulk change of
    /// teams, has some thousands of values; and 64 characters hold every number that a double can tell from its neighbours.
    package static let outside = JSONLimits(depthMax: 32, valuesMax: 10_000, numberLengthMax: 64, takesNUL: false)

    /// What is worth sorting by its members' names, so that the same request written another way is known again.
    package static let canonical = JSONLimits(depthMax: 32, valuesMax: 1_000, numberLengthMax: 64, takesNUL: false)

    /// A token's header: a flat object of a few short texts.
    package static let tokenHeader = JSONLimits(depthMax: 2, valuesMax: 16, numberLengthMax: 64, takesNUL: false)

    /// What our own services and our database wrote. Foundation, which read before, took 512 levels from anybody, and answers carry what it took
    /// some levels deeper. jsonb writes `1e308` with all its digits.
    package static let inside = JSONLimits(depthMax: 600, valuesMax: .max, numberLengthMax: 2_000, takesNUL: true)
}

/// Why bytes are no document that we take, and where in it.
package struct JSONProblem: Error, Equatable, Sendable {
    package enum Reason: Equatable, Sendable {
        case notJSON, notUTF8, tooDeep, tooManyValues, badNumber, badText, holdsNUL
        case unknownMember, repeatedMember
    }

    package let reason: Reason
    /// As ``JSONPath`` writes it; empty: the document itself.
    package let place: String
    /// Continues a sentence that begins with the place.
    package let detail: String
}

/// A member's name as clients write it: `hours.monday[1].opens`.
package enum JSONPath {
    /// Unicode scalars of one name; who sent it knows the rest.
    private static let nameLengthMax = 64

    package static func text(_ keys: [any CodingKey]) -> String {
        var path = ""
        for key in keys {
            if let index = key.intValue {
                path += "[\(index)]"
            } else {
                path += (path.isEmpty ? "" : ".") + name(key.stringValue)
            }
        }
        return path
    }

    package static func name(_ name: String) -> String {
        String(String.UnicodeScalarView(name.unicodeScalars.prefix(nameLengthMax)))
    }
}
