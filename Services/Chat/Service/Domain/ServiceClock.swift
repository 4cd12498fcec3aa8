import Contracts
import Foundation

/// Measures one conversation against the target that it began under. No I/O, no clock: later rules do not change it.
///
/// The first response is timed from the customer's first message to an agent's first reply; the resolution until it is resolved or
/// closed. Neither counts the time in which the conversation is put off, waits for the customer or is resolved: nobody is to answer then.
/// Whoever resolves without a word has not answered; if the customer writes again, what was left of the time goes on.
package struct ServiceClock: Codable, Sendable, Equatable {
    package struct Timer: Codable, Sendable, Equatable {
        /// nil: it does not run.
        package var warnAt: Date?
        package var dueAt: Date?
        package var isWarned = false
        package var isBreached = false
    }

    package struct Alert: Equatable {
        package let measure: ServiceMeasure
        package let isBreach: Bool
        package let dueAt: Date

        package init(measure: ServiceMeasure, isBreach: Bool, dueAt: Date) {
            self.measure = measure
            self.isBreach = isBreach
            self.dueAt = dueAt
        }
    }

    package private(set) var firstResponse = Timer()
    package private(set) var resolution = Timer()
    /// What was left of the resolution's times when it began to rest, in counted seconds.
    private var rest: Rest?
    /// The same of the first response's. Older versions wrote none: there it went on.
    private var firstResponseRest: Rest?
    package private(set) var hasEnded = false

    private struct Rest: Codable, Sendable, Equatable {
        let warn: Int?
        let due: Int
    }

    /// For a conversation without a target: nothing ever comes due.
    package init() {
        hasEnded = true
    }

    package init(_ target: ServiceTarget, calendar: BusinessCalendar?, startedAt: Date) {
        if let seconds = target.firstResponseSeconds {
            firstResponse = Self.timer(seconds, share: target.warnAtShare, calendar: calendar, from: startedAt)
        }
        if let seconds = target.resolutionSeconds {
            resolution = Self.timer(seconds, share: target.warnAtShare, calendar: calendar, from: startedAt)
        }
    }

    private static var timers: [WritableKeyPath<ServiceClock, Timer>] { [\.firstResponse, \.resolution] }

    private static var rests: [(timer: WritableKeyPath<ServiceClock, Timer>, rest: WritableKeyPath<ServiceClock, Rest?>)] {
        [(\.firstResponse, \.firstResponseRest), (\.resolution, \.rest)]
    }

    private var isResting: Bool { rest != nil || firstResponseRest != nil }

    private static func timer(_ seconds: Int, share: Double, calendar: BusinessCalendar?, from: Date) -> Timer {
        Timer(
            warnAt: instant(after: Int(saturating: Double(seconds) * share), from: from, calendar),
            dueAt: instant(after: seconds, from: from, calendar)
        )
    }

    /// nil calendar: all time counts.
    private static func instant(after seconds: Int, from: Date, _ calendar: BusinessCalendar?) -> Date? {
        guard let calendar else { return from.addingTimeInterval(TimeInterval(seconds)) }
        return calendar.instant(after: seconds, from: from)
    }

    private static func seconds(from: Date, to: Date, _ calendar: BusinessCalendar?) -> Int {
        guard let calendar else { return max(0, Int(saturating: to.timeIntervalSince(from))) }
        return calendar.businessSeconds(from: from, to: to)
    }

    package mutating func agentReplied() {
        firstResponse.warnAt = nil
        firstResponse.dueAt = nil
        firstResponseRest = nil
    }

    /// Waits for the customer, or is resolved, which the customer can still take back.
    package mutating func pause(at now: Date, calendar: BusinessCalendar?) {
        guard !hasEnded, !isResting else { return }
        for (timer, rest) in Self.rests {
            guard let due = self[keyPath: timer].dueAt else { continue }
            self[keyPath: rest] = Rest(
                warn: self[keyPath: timer].isWarned
                    ? nil : self[keyPath: timer].warnAt.map { Self.seconds(from: now, to: $0, calendar) },
                due: Self.seconds(from: now, to: due, calendar))
            self[keyPath: timer].warnAt = nil
            self[keyPath: timer].dueAt = nil
        }
    }

    package mutating func resume(at now: Date, calendar: BusinessCalendar?) {
        guard !hasEnded else { return }
        for (timer, rest) in Self.rests {
            guard let left = self[keyPath: rest] else { continue }
            self[keyPath: timer].warnAt = left.warn.flatMap { Self.instant(after: $0, from: now, calendar) }
            self[keyPath: timer].dueAt = Self.instant(after: left.due, from: now, calendar)
            self[keyPath: rest] = nil
        }
    }

    package mutating func end() {
        hasEnded = true
        rest = nil
        firstResponseRest = nil
        for timer in Self.timers {
            self[keyPath: timer].warnAt = nil
            self[keyPath: timer].dueAt = nil
        }
    }

    /// Whatever has come due, each once. A breach that comes with its warning is said alone.
    package mutating func passTime(at now: Date) -> [Alert] {
        guard !isResting else { return [] }
        var alerts: [Alert] = []
        for (measure, timer) in zip([ServiceMeasure.firstResponse, .resolution], Self.timers) {
            guard let due = self[keyPath: timer].dueAt else { continue }
            if due <= now {
                guard !self[keyPath: timer].isBreached else { continue }
                self[keyPath: timer].isBreached = true
                self[keyPath: timer].isWarned = true
                alerts.append(Alert(measure: measure, isBreach: true, dueAt: due))
            } else if let warn = self[keyPath: timer].warnAt, warn <= now, !self[keyPath: timer].isWarned {
                self[keyPath: timer].isWarned = true
                alerts.append(Alert(measure: measure, isBreach: false, dueAt: due))
            }
        }
        return alerts
    }

    /// When time has to pass next.
    package var nextAt: Date? {
        guard !isResting else { return nil }
        return [firstResponse, resolution].compactMap { timer -> Date? in
            guard let due = timer.dueAt, !timer.isBreached else { return nil }
            guard !timer.isWarned, let warn = timer.warnAt else { return due }
            return min(warn, due)
        }.min()
    }

    /// A breach stays; a warning ends with what it warned of.
    package var level: ServiceLevel {
        let timers = [firstResponse, resolution]
        let state: ServiceLevel.State =
            timers.contains(where: \.isBreached) ? .breached : timers.contains { $0.isWarned && $0.dueAt != nil } ? .warning : .ok
        return ServiceLevel(state: state, firstResponseDueAt: firstResponse.dueAt, resolutionDueAt: resolution.dueAt)
    }
}
