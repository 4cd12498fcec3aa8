/// One stretch of a day, by the clock on the wall: `09:00` to `12:30`. A day's last minute is reached by `24:00`; what goes
/// over midnight is two stretches.
package struct OpeningHours: Codable, Sendable, Hashable {
    package let opens: String
    package let closes: String

    package init(opens: String, closes: String) {
        self.opens = opens
        self.closes = closes
    }

    package static let allDay = OpeningHours(opens: "00:00", closes: "24:00")

    /// - Returns: minutes since midnight, nil unless it is `HH:MM` from `00:00` to `24:00`.
    package static func minutes(_ text: String) -> Int? {
        let bytes = Array(text.utf8)
        guard bytes.count == 5, bytes[2] == UInt8(ascii: ":") else { return nil }
        let digits = [0, 1, 3, 4].map { Int(bytes[$0]) - Int(UInt8(ascii: "0")) }
        guard digits.allSatisfy((0...9).contains) else { return nil }
        let (hours, minutes) = (digits[0] * 10 + digits[1], digits[2] * 10 + digits[3])
        guard minutes < 60, hours * 60 + minutes <= 24 * 60 else { return nil }
        return hours * 60 + minutes
    }
}

extension OpeningHours: Described {
    package static let meaning = Meaning(
        "OpeningHours", .both, "A stretch of a day by the clock on the company's wall; what goes over midnight is two.",
        fields: [
            Field("opens", "`09:00`; from `00:00`.", .pattern(#"^([01][0-9]|2[0-3]):[0-5][0-9]$|^24:00$"#)),
            Field("closes", "`17:30`; up to `24:00`.", .pattern(#"^([01][0-9]|2[0-3]):[0-5][0-9]$|^24:00$"#)),
        ])
}
