/// A key ring cannot be used. It says where, and nothing of what stands there.
package enum KeyRingError: Error, Equatable, Sendable, CustomStringConvertible {
    case empty
    case tooManyKeys(limit: Int)
    case tooLong(limit: Int)
    /// Counted from 1, with the end of a sentence.
    case key(Int, String)

    package var description: String {
        switch self {
        case .empty: "holds no key"
        case .tooManyKeys(let limit): "holds more than \(limit) keys"
        case .tooLong(let limit): "has more than \(limit) bytes"
        case .key(let number, let why): "cannot be used: key \(number): \(why)"
        }
    }
}
