/// A kept input is not what was written: it is missing, or of another kind.
package struct InputUnreadable: Error, Equatable, CustomStringConvertible {
    package let member: String
    package var description: String { "the kept input \(member) cannot be read" }
}
