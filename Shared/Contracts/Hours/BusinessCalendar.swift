import Foundation

/// When a company is open. A moment is business time if the clock on the company's wall then shows a time within the hours of that
/// day. So an hour that a change to winter time repeats counts twice, and one that a change to summer time leaves out does not count.
///
/// Counts whole seconds; what is behind the point of a time is cut off. No clock, no I/O: two calendars of the same rules agree for ever,
/// unless the zone's own rules change.
package struct BusinessCalendar: Sendable, Equatable {
    /// Stretches of one day. More are no hours but noise.
    package static let intervalsPerDayMax = 10
    /// More than a year of holidays is no calendar.
    package static let holidaysMax = 400
    /// How far is looked for the next opening and for the end of a time, in days. It must be finite, since a company may never open.
    package static let lookAheadDaysMax = 731

    private typealias Interval = Range<Int>  // seconds since midnight

    private let zone: TimeZone
    /// By ``Weekday``'s order.
    private let week: [[Interval]]
    private let holidays: [CivilDate: [Interval]]

    /// - Parameter hours: days that are left out are closed.
    /// - Throws: what is wrong first, by the member's path in the document of business rules: `hours.monday[1].opens`.
    package init(timeZone: String, hours: [String: [OpeningHours]], holidays: [Holiday]) throws(FieldProblem) {
        // Only names of the IANA database: `TimeZone` takes abbreviations too, which mean different things in different places.
        guard timeZone == "UTC" || timeZone.contains("/"), timeZone.utf8.count <= 64, let zone = TimeZone(identifier: timeZone),
            timeZone == "UTC" || zone.identifier == timeZone || TimeZone.knownTimeZoneIdentifiers.contains(timeZone)
        else { throw FieldProblem(field: "time_zone", detail: "is no zone of the IANA database, such as Europe/Oslo") }
        for name in hours.keys.sorted() where Weekday(rawValue: name) == nil {
            throw FieldProblem(field: "hours.\(TextRule.label.cut(name))", detail: "is no weekday; they are monday to sunday")
        }
        var week: [[Interval]] = []
        for day in Weekday.allCases { week.append(try Self.intervals(hours[day.rawValue] ?? [], at: "hours.\(day.rawValue)")) }
        guard holidays.count <= Self.holidaysMax else {
            throw FieldProblem(field: "holidays", detail: "has \(holidays.count) entries, more than \(Self.holidaysMax)")
        }
        var byDate: [CivilDate: [Interval]] = [:]
        for (index, holiday) in holidays.enumerated() {
            let place = "holidays[\(index)]"
            guard let date = CivilDate(holiday.date) else {
                throw FieldProblem(field: "\(place).date", detail: "is no day such as 2026-12-24")
            }
            guard byDate[date] == nil else { throw FieldProblem(field: "\(place).date", detail: "is there already") }
            try TextRule.label.check(holiday.name, at: "\(place).name")
            byDate[date] = try Self.intervals(holiday.hours, at: "\(place).hours")
        }
        self.zone = zone
        self.week = week
        self.holidays = byDate
    }

    private static func intervals(_ hours: [OpeningHours], at place: String) throws(FieldProblem) -> [Interval] {
        guard hours.count <= intervalsPerDayMax else {
            throw FieldProblem(field: place, detail: "has \(hours.count) intervals, more than \(intervalsPerDayMax)")
        }
        var found: [(index: Int, interval: Interval)] = []
        for (index, stretch) in hours.enumerated() {
            guard let opens = OpeningHours.minutes(stretch.opens) else {
                throw FieldProblem(field: "\(place)[\(index)].opens", detail: "is no time from 00:00 to 24:00")
            }
            guard let closes = OpeningHours.minutes(stretch.closes) else {
                throw FieldProblem(field: "\(place)[\(index)].closes", detail: "is no time from 00:00 to 24:00")
            }
            guard opens < closes else {
                throw FieldProblem(
                    field: "\(place)[\(index)].closes",
                    detail: "is not after opens; hours over midnight are two intervals, until and from it")
            }
            found.append((index, opens * 60..<closes * 60))
        }
        found.sort { ($0.interval.lowerBound, $0.index) < ($1.interval.lowerBound, $1.index) }
        for (before, after) in zip(found, found.dropFirst()) where after.interval.lowerBound < before.interval.upperBound {
            let later = max(before.index, after.index)
            throw FieldProblem(field: "\(place)[\(later)].opens", detail: "overlaps another interval of the day")
        }
        return found.map(\.interval)
    }

    package func isOpen(at time: Date) -> Bool {
        let second = Self.second(time)
        let (day, inDay) = Self.split(second + offset(at: second))
        return intervals(of: CivilDate(dayNumber: day)).contains { $0.contains(inDay) }
    }

    /// - Returns: `time` itself if it is open then; nil if it does not open within ``lookAheadDaysMax`` days.
    package func nextOpening(after time: Date) -> Date? {
        if isOpen(at: time) { return time }
        let start = Self.second(time)
        for stretch in stretches(from: start, to: start + Self.lookAheadDaysMax * Self.secondsOfDay) where stretch.upperBound > start {
            return Self.date(max(start, stretch.lowerBound))
        }
        return nil
    }

    /// - Returns: `time` itself if it is closed then; nil if it does not close within ``lookAheadDaysMax`` days, as where it never does.
    package func nextClosing(after time: Date) -> Date? {
        guard isOpen(at: time) else { return time }
        var end = Self.second(time)
        let last = end + Self.lookAheadDaysMax * Self.secondsOfDay
        for stretch in stretches(from: end, to: last) {
            guard stretch.lowerBound <= end else { return Self.date(end) }
            end = stretch.upperBound
        }
        return end < last ? Self.date(end) : nil
    }

    /// How many seconds of `from ..< to` are business time; 0 if they are the wrong way round. Takes time with the number of days.
    package func businessSeconds(from: Date, to: Date) -> Int {
        var sum = 0
        for stretch in stretches(from: Self.second(from), to: Self.second(to)) { sum += stretch.count }
        return sum
    }

    /// The first moment at which so many business seconds have passed.
    /// - Returns: `time` itself for none; nil if they do not pass within ``lookAheadDaysMax`` days.
    package func instant(after seconds: Int, from time: Date) -> Date? {
        guard seconds > 0 else { return time }
        let start = Self.second(time)
        var left = seconds
        for stretch in stretches(from: start, to: start + Self.lookAheadDaysMax * Self.secondsOfDay) {
            if stretch.count >= left { return Self.date(stretch.lowerBound + left) }
            left -= stretch.count
        }
        return nil
    }

    // MARK: Counting in seconds since 1970

    private static let secondsOfDay = 86_400

    /// Business time between two moments, in order, lazily: a day of the world's clock after the other, cut where the zone's offset changes.
    private func stretches(from start: Int, to end: Int) -> some Sequence<Range<Int>> {
        var position = start
        var ready: [Range<Int>] = []
        return AnyIterator {
            while ready.isEmpty, position < end {
                let (day, _) = Self.split(position)
                let next = min(end, (day + 1) * Self.secondsOfDay)
                let change = offsetChange(in: position..<next) ?? next
                ready = open(in: position..<change, offset: offset(at: position)).reversed()
                position = change
            }
            return ready.popLast()
        }
    }

    /// Business time of a range throughout which the zone's offset is the same.
    private func open(in range: Range<Int>, offset: Int) -> [Range<Int>] {
        let local = range.lowerBound + offset..<range.upperBound + offset
        var found: [Range<Int>] = []
        for day in Self.split(local.lowerBound).day...Self.split(local.upperBound - 1).day {
            for interval in intervals(of: CivilDate(dayNumber: day)) {
                let midnight = day * Self.secondsOfDay
                let part = (midnight + interval.lowerBound..<midnight + interval.upperBound).clamped(to: local)
                if !part.isEmpty { found.append(part.lowerBound - offset..<part.upperBound - offset) }
            }
        }
        return found
    }

    /// The first second with another offset than the range's first. No zone ever changed back within a day.
    private func offsetChange(in range: Range<Int>) -> Int? {
        let first = offset(at: range.lowerBound)
        guard offset(at: range.upperBound - 1) != first else { return nil }
        var (same, other) = (range.lowerBound, range.upperBound - 1)
        while other - same > 1 {
            let middle = (same + other) / 2
            if offset(at: middle) == first { same = middle } else { other = middle }
        }
        return other
    }

    private func intervals(of date: CivilDate) -> [Interval] {
        holidays[date] ?? week[(date.dayNumber % 7 + 10) % 7]
    }

    private func offset(at second: Int) -> Int { zone.secondsFromGMT(for: Self.date(second)) }

    private static func split(_ second: Int) -> (day: Int, inDay: Int) {
        let day = CivilDate.floored(second, by: secondsOfDay)
        return (day, second - day * secondsOfDay)
    }

    private static func second(_ date: Date) -> Int { Int(saturating: Timestamp.nearest(date).timeIntervalSince1970.rounded(.down)) }

    private static func date(_ second: Int) -> Date { Date(timeIntervalSince1970: TimeInterval(second)) }
}
