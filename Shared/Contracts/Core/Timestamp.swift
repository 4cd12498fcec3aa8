import Foundation

/// RFC 3339 in UTC with milliseconds: `2026-11-21T03:14:15.926Z`.
///
/// Times are those of the years 0001 to 9999: RFC 3339 writes no others, PostgreSQL keeps them, and no arithmetic of ours can leave
/// the numbers' range with them. ``date(_:)`` refuses the rest; ``text(_:)`` writes the nearest of them.
package enum Timestamp {
    /// 0001-01-01T00:00:00Z.
    package static let earliest = Date(timeIntervalSince1970: -62_135_596_800)
    /// 9999-12-31T23:59:59.999Z: what is later would be written as the year 10000, or be cut.
    package static let latest = Date(timeIntervalSince1970: 253_402_300_799.999)

    /// What has no time at all, not a number, is the latest.
    package static func nearest(_ date: Date) -> Date {
        date < earliest ? earliest : date < latest ? date : latest
    }

    /// PostgreSQL's resolution is finer; what crosses the wire is cut to milliseconds so that a round trip changes nothing.
    package static func now() -> Date { rounded(Date()) }

    package static func rounded(_ date: Date) -> Date {
        Date(timeIntervalSince1970: (date.timeIntervalSince1970 * 1000).rounded(.down) / 1000)
    }

    package static func text(_ date: Date) -> String {
        let milliseconds = Int64(saturating: (nearest(date).timeIntervalSince1970 * 1000).rounded())
        let (seconds, fraction) = milliseconds.flooredDivision(by: 1000)
        let (days, secondOfDay) = seconds.flooredDivision(by: 86_400)
        let (year, month, day) = civil(fromDays: days)
        var text: [UInt8] = []
        text.reserveCapacity(24)
        for (number, width, end) in [
            (year, 4, UInt8(ascii: "-")), (month, 2, UInt8(ascii: "-")), (day, 2, UInt8(ascii: "T")),
            (secondOfDay / 3600, 2, UInt8(ascii: ":")), (secondOfDay / 60 % 60, 2, UInt8(ascii: ":")),
            (secondOfDay % 60, 2, UInt8(ascii: ".")), (fraction, 3, UInt8(ascii: "Z")),
        ] {
            text.append(contentsOf: padded(number, width).utf8)
            text.append(end)
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// Characters: room for more digits of a second than anybody has, and an end to what is read of a stranger's text.
    package static let lengthMax = 64

    /// - Returns: nil if `text` is not RFC 3339, or, by the time in UTC, not between ``earliest`` and ``latest``. Accepts any offset that a
    ///   clock can have.
    package static func date(_ text: String) -> Date? {
        guard text.utf8.count <= lengthMax else { return nil }
        let characters = Array(text.utf8)
        func digits(_ range: Range<Int>) -> Int64? {
            guard range.upperBound <= characters.count else { return nil }
            var value: Int64 = 0
            for index in range {
                guard (48...57).contains(characters[index]) else { return nil }
                value = value * 10 + Int64(characters[index] - 48)
            }
            return value
        }
        func has(_ character: Character, at index: Int) -> Bool {
            index < characters.count && characters[index] == character.asciiValue
        }
        guard characters.count >= 20, let year = digits(0..<4), has("-", at: 4), let month = digits(5..<7), has("-", at: 7),
            let day = digits(8..<10), has("T", at: 10) || has("t", at: 10) || has(" ", at: 10),
            let hour = digits(11..<13), has(":", at: 13), let minute = digits(14..<16), has(":", at: 16),
            let second = digits(17..<19), (1...12).contains(month), (1...31).contains(day), hour < 24, minute < 60, second < 61
        else { return nil }
        var index = 19
        var fraction = 0.0
        if has(".", at: index) {
            index += 1
            var scale = 0.1
            let start = index
            while index < characters.count, (48...57).contains(characters[index]) {
                fraction += Double(characters[index] - 48) * scale
                scale /= 10
                index += 1
            }
            guard index > start else { return nil }
        }
        var offset: Int64 = 0
        if has("Z", at: index) || has("z", at: index) {
            index += 1
        } else if has("+", at: index) || has("-", at: index) {
            guard let hours = digits(index + 1..<index + 3), has(":", at: index + 3), let minutes = digits(index + 4..<index + 6),
                hours < 24, minutes < 60
            else { return nil }
            offset = (has("-", at: index) ? -1 : 1) * (hours * 3600 + minutes * 60)
            index += 6
        } else {
            return nil
        }
        guard index == characters.count else { return nil }
        let days = days(fromCivil: year, month, day)
        guard civil(fromDays: days) == (year, month, day) else { return nil }
        let seconds = days * 86_400 + hour * 3600 + minute * 60 + second - offset
        let date = Date(timeIntervalSince1970: Double(seconds) + (fraction * 1_000_000).rounded() / 1_000_000)
        return earliest <= date && date <= latest ? date : nil
    }

    private static func padded(_ number: Int64, _ width: Int) -> String {
        let digits = String(number)
        return digits.count >= width ? digits : String(repeating: "0", count: width - digits.count) + digits
    }

    // Days since 1970-01-01 in the proleptic Gregorian calendar, counted in 400 year eras that begin in March.
    private static func civil(fromDays days: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let (era, dayOfEra) = (days + 719_468).flooredDivision(by: 146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shifted = (5 * dayOfYear + 2) / 153
        let month = shifted < 10 ? shifted + 3 : shifted - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shifted + 2) / 5 + 1)
    }

    private static func days(fromCivil year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
        let (era, yearOfEra) = (month <= 2 ? year - 1 : year).flooredDivision(by: 400)
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }
}

extension Int64 {
    fileprivate func flooredDivision(by divisor: Int64) -> (quotient: Int64, remainder: Int64) {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }
}

extension Date {
    /// Microseconds since 1970, PostgreSQL's resolution; exact between 1720 and 2280. Times that do not fit are moved to the nearest
    /// that does.
    package var microseconds: Int64 { Int64(saturating: (timeIntervalSince1970 * 1_000_000).rounded()) }

    package init(microseconds: Int64) {
        self.init(timeIntervalSince1970: Double(microseconds) / 1_000_000)
    }
}
