import Contracts
import Foundation
import ServiceKit

package struct ChatConfiguration: Sendable {
    package static let visitorAbsenceKey = SettingKey(
        "chat.visitor.absence.seconds",
        "After so long without the visitor's socket and without a message, an assigned conversation waits for the customer.",
        standard: "600")
    package static let pendingKey = SettingKey(
        "chat.pending.seconds", "A pending conversation is closed after so long.", standard: "86400")
    package static let resolvedKey = SettingKey(
        "chat.resolved.seconds", "A resolved conversation is closed after so long.", standard: "86400")
    package static let keys = [visitorAbsenceKey, pendingKey, resolvedKey]

    package var times = ConversationTimes()

    package init() {}

    package init(_ settings: Settings) throws(SettingError) {
        times.visitorAbsenceSeconds = try settings.number(Self.visitorAbsenceKey)
        times.pendingSeconds = try settings.number(Self.pendingKey)
        times.resolvedSeconds = try settings.number(Self.resolvedKey)
    }
}
