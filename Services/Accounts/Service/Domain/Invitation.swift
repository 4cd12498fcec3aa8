import Foundation

/// A link by which somebody sets a first password, once.
package enum Invitation {
    package static let seconds: TimeInterval = 7 * 86_400
    /// So long after it was used, a repeat with the password it set is taken for the same order, whose answer was lost.
    package static let repeatSeconds: TimeInterval = 600
}
