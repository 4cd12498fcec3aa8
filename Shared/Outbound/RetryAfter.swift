import Foundation

/// Reads a `Retry-After` field. Source: RFC 9110, sections 10.2.3 and 5.6.7.
package enum RetryAfter {
    /// Who asks for more is asked again after a day.
    package static let secondsMax = 86_400
    private static let textBytesMax = 64

    /// - Parameter text: seconds (a fraction is rounded up: some providers send `2.0`), or a date in one of HTTP's three formats.
    /// - Returns: whole seconds from 0; nil if it is neither, as for negative numbers. A date that is past is 0.
    package static func seconds(_ text: String, now: Date) -> Int? {
        guard text.utf8.count <= textBytesMax else { return nil }
        let trimmed = text.trimmingCharacters(in: CharacterSet(charactersIn: " \t"))
        if let number = number(trimmed) { return number }
        guard let date = date(trimmed, now: now) else { return nil }
        return Int(min(max(0, date.timeIntervalSince(now)).rounded(.up), Double(secondsMax)))
    }

    private static func number(_ text: String) -> Int? {
        let parts = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), parts.allSatisfy({ !$0.isEmpty && $0.allSatisfy(isDigit) })
        else { return nil }
        let whole = Int(String(decoding: parts[0], as: UTF8.self)) ?? secondsMax
        let hasFraction = parts.count == 2 && parts[1].contains { $0 != UInt8(ascii: "0") }
        return min(min(whole, secondsMax) + (hasFraction ? 1 : 0), secondsMax)
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    /// `Sun, 06 Nov 1994 08:49:37 GMT`, `Sunday, 06-Nov-94 08:49:37 GMT`, `Sun Nov  6 08:49:37 1994`.
    private static func date(_ text: String, now: Date) -> Date? {
        let format =
            /(?:[A-Z][a-z]{2}, (\d{2}) ([A-Z][a-z]{2}) (\d{4})|[A-Z][a-z]{5,8}, (\d{2})-([A-Z][a-z]{2})-(\d{2})) (\d{2}:\d{2}:\d{2}) GMT/
        let asctime = /[A-Z][a-z]{2} ([A-Z][a-z]{2}) ([ \d]\d) (\d{2}:\d{2}:\d{2}) (\d{4})/
        if let found = text.wholeMatch(of: format)?.output {
            if let day = found.1, let month = found.2, let year = found.3 { return date(String(year), month, day, found.7) }
            guard let day = found.4, let month = found.5, let year = found.6.flatMap({ Int($0) }) else { return nil }
            // Two digits mean the past if they would lie more than 50 years ahead (RFC 9110, section 5.6.7).
            let thisYear = Calendar(identifier: .gregorian).component(.year, from: now)
            let candidate = thisYear / 100 * 100 + year
            return date(String(candidate > thisYear + 50 ? candidate - 100 : candidate), month, day, found.7)
        }
        guard let found = text.wholeMatch(of: asctime)?.output else { return nil }
        return date(String(found.4), found.1, found.2, found.3)
    }

    private static func date(_ year: String, _ month: Substring, _ day: Substring, _ time: Substring) -> Date? {
        guard let year = Int(year), let month = months.firstIndex(of: String(month)), let day = Int(day.trimmingPrefix(" ")), year >= 1_970,
            (1...31).contains(day)
        else { return nil }
        let parts = time.split(separator: ":").compactMap { Int($0) }
        guard parts.count == 3, parts[0] < 24, parts[1] < 60, parts[2] <= 60 else { return nil }
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = .gmt
        let components = DateComponents(year: year, month: month + 1, day: day, hour: parts[0], minute: parts[1], second: min(parts[2], 59))
        guard let date = calendar.date(from: components), calendar.component(.day, from: date) == day else { return nil }
        return date
    }
}
