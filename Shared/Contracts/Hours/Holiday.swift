/// A day with hours of its own; none: closed.
package struct Holiday: Codable, Sendable, Hashable {
    /// `YYYY-MM-DD`, in the company's own zone.
    package let date: String
    package let name: String
    package let hours: [OpeningHours]

    package init(date: String, name: String, hours: [OpeningHours] = []) {
        self.date = date
        self.name = name
        self.hours = hours
    }

    private enum CodingKeys: String, CodingKey {
        case date, name, hours
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        date = try container.decode(String.self, forKey: .date)
        name = try container.decode(String.self, forKey: .name)
        hours = try container.decodeIfPresent([OpeningHours].self, forKey: .hours) ?? []
    }
}

extension Holiday: Described {
    package static let meaning = Meaning(
        "Holiday", .both, "A day with hours of its own; none: closed.",
        fields: [
            Field("date", "The day, in the company's own zone.", .format("date")),
            Field("name", "What the day is called.", .length(1, 100)),
            Field("hours", "When the company is open on it; none: it is closed.", .count(0, 10)),
        ])
}
