import Foundation

/// A link by which somebody sets a first password, once.
package enum Invitation {
    package static let seconds: TimeInterval = 7 * 86_400
}
