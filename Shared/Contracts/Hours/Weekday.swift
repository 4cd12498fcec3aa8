package enum Weekday: String, CaseIterable, Sendable, Codable, Hashable {
    case monday, tuesday, wednesday, thursday, friday, saturday, sunday
}
