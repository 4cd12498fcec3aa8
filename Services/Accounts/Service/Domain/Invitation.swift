import Foundation

/// A link by which somebody sets a password, once: the first one, or another one after a reset.
package enum Invitation {
    package static let seconds: TimeInterval = 7 * 86_400
    /// Whoever lost a password is waiting for the link.
    package static let resetSeconds: TimeInterval = 86_400
    /// So long after it was used, a repeat with the password it set is taken for the same order, whose answer was lost.
    package static let repeatSeconds: TimeInterval = 600
}
