import Foundation

/// Whether a company is open, and until when it stays so.
package struct OpenState: Codable, Sendable, Equatable {
    package let isOpen: Bool
    /// When it closes, or opens again; nil if that is not within ``BusinessCalendar/lookAheadDaysMax`` days.
    package let changesAt: Date?

    package init(isOpen: Bool, changesAt: Date?) {
        self.isOpen = isOpen
        self.changesAt = changesAt
    }

    package init(_ calendar: BusinessCalendar, at time: Date) {
        isOpen = calendar.isOpen(at: time)
        changesAt = isOpen ? calendar.nextClosing(after: time) : calendar.nextOpening(after: time)
    }

    private enum CodingKeys: String, CodingKey {
        case isOpen = "is_open"
        case changesAt = "changes_at"
    }
}
