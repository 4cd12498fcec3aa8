/// A value cannot be sealed or opened.
package enum SealingError: Error, Equatable, Sendable, CustomStringConvertible {
    /// Not a sealed value of a version that is known here.
    case unreadable
    case unknownKey(id: String)
    /// It was changed, or belongs to another company, account or name, or its key's id now names another key. Which of them cannot be told.
    case notAuthentic
    case tooLarge(limit: Int)
    /// The cipher refused; with keys and nonces of the right length it has no reason to.
    case notSealed

    package var description: String {
        switch self {
        case .unreadable: "is not a sealed value that this version can read"
        case .unknownKey(let id): "was sealed with key \(id), which the key ring does not hold"
        case .notAuthentic: "was changed, or was sealed for another place"
        case .tooLarge(let limit): "has more than \(limit) bytes"
        case .notSealed: "could not be sealed"
        }
    }
}
