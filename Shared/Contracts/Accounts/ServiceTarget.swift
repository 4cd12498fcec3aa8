/// How soon a conversation is to be answered and done: a target of the service level agreement (SLA).
/// The first target of the rules that fits a conversation is the one that counts.
package struct ServiceTarget: Codable, Sendable, Equatable {
    package let name: String
    /// Conversations of this channel only.
    package let channel: Channel?
    /// Conversations of this sector only.
    package let sector: String?
    /// Conversations of at least this priority only.
    package let priorityMin: Int?
    /// From the customer's first message to an agent's first reply; nil: no target.
    package let firstResponseSeconds: Int?
    /// From the customer's first message until it is resolved or closed, without the time in which it waits for the customer; nil: no target.
    package let resolutionSeconds: Int?
    /// The part of the time after which it is warned, between 0 and 1.
    package let warnAtShare: Double
    /// Only business time counts; otherwise all time.
    package let countsBusinessHours: Bool

    package init(
        name: String, channel: Channel? = nil, sector: String? = nil, priorityMin: Int? = nil, firstResponseSeconds: Int? = nil,
        resolutionSeconds: Int? = nil, warnAtShare: Double = Self.warnAtShareStandard, countsBusinessHours: Bool = true
    ) {
        self.name = name
        self.channel = channel
        self.sector = sector
        self.priorityMin = priorityMin
        self.firstResponseSeconds = firstResponseSeconds
        self.resolutionSeconds = resolutionSeconds
        self.warnAtShare = warnAtShare
        self.countsBusinessHours = countsBusinessHours
    }

    package static let warnAtShareStandard = 0.8

    package func fits(channel: Channel, sector: String, priority: Int) -> Bool {
        (self.channel ?? channel) == channel && (self.sector ?? sector) == sector && (priorityMin ?? priority) <= priority
    }

    private enum CodingKeys: String, CodingKey {
        case name, channel, sector
        case priorityMin = "priority_min"
        case firstResponseSeconds = "first_response_seconds"
        case resolutionSeconds = "resolution_seconds"
        case warnAtShare = "warn_at_share"
        case countsBusinessHours = "counts_business_hours"
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            name: try container.decode(String.self, forKey: .name), channel: try container.decodeIfPresent(Channel.self, forKey: .channel),
            sector: try container.decodeIfPresent(String.self, forKey: .sector),
            priorityMin: try container.decodeIfPresent(Int.self, forKey: .priorityMin),
            firstResponseSeconds: try container.decodeIfPresent(Int.self, forKey: .firstResponseSeconds),
            resolutionSeconds: try container.decodeIfPresent(Int.self, forKey: .resolutionSeconds),
            warnAtShare: try container.decodeIfPresent(Double.self, forKey: .warnAtShare) ?? Self.warnAtShareStandard,
            countsBusinessHours: try container.decodeIfPresent(Bool.self, forKey: .countsBusinessHours) ?? true)
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(name, forKey: .name)
        try container.encode(channel, forKey: .channel)
        try container.encode(sector, forKey: .sector)
        try container.encode(priorityMin, forKey: .priorityMin)
        try container.encode(firstResponseSeconds, forKey: .firstResponseSeconds)
        try container.encode(resolutionSeconds, forKey: .resolutionSeconds)
        try container.encode(warnAtShare, forKey: .warnAtShare)
        try container.encode(countsBusinessHours, forKey: .countsBusinessHours)
    }
}

extension ServiceTarget: Described {
    package static let meaning = Meaning(
        "ServiceTarget", .both, "The first target that fits a conversation counts for it.",
        fields: [
            Field("name", "What people call it.", .length(1, 100)),
            Field("channel", "Conversations of this channel only.", .orNull),
            Field("sector", "Conversations of this sector only.", .orNull),
            Field("priority_min", "Conversations of at least this priority only.", .range(0, 10), .orNull),
            Field(
                "first_response_seconds", "From the customer's first message to an agent's first reply; null: no target.",
                .range(30, 15552000), .orNull),
            Field(
                "resolution_seconds",
                "From the customer's first message until it is resolved or closed, without the time in which it waits for the customer; null: no target.",
                .range(30, 15552000), .orNull),
            Field("warn_at_share", "Of the time; default 0.8.", .between(0, 1)),
            Field("counts_business_hours", "Default true."),
        ])
}
