/// What business rules may be. Whoever stores or tries rules asks for ``problem`` first.
extension BusinessRules {
    /// Targets are looked through for each conversation.
    package static let targetsMax = 50
    package static let sectorsMax = 100
    /// Bytes of the whole document: it travels in one event, and the audit's list shows it twice in an entry.
    package static let bytesMax = 131_072
    /// Half a minute to half a year of seconds; less cannot be kept, more is no promise.
    package static let targetSecondsRange = 30...15_552_000
    /// A day to a hundred years.
    package static let retentionDaysRange = 1...36_500
    package static let priorityRange = 0...10

    /// The first thing wrong with it, by the member's path; nil: nothing.
    package var problem: FieldProblem? {
        do throws(FieldProblem) {
            _ = try calendar()
            try checkSectors()
            try checkTargets()
            if let problem = routing.problem { throw problem.inside("routing") }
            try checkSize()
            if let days = retention.messagesDays { try Self.check(days, in: Self.retentionDaysRange, at: "retention.messages_days") }
            return nil
        } catch {
            return error
        }
    }

    private func checkSize() throws(FieldProblem) {
        let bytes: Int
        do { bytes = try JSON.encode(self).count } catch { throw FieldProblem(field: "version", detail: "cannot be written with the rest") }
        // Only they can make it so large.
        guard bytes <= Self.bytesMax else {
            throw FieldProblem(field: "holidays", detail: "make the rules \(bytes) bytes long; at most \(Self.bytesMax) are taken")
        }
    }

    private func checkSectors() throws(FieldProblem) {
        guard sectors.count <= Self.sectorsMax else {
            throw FieldProblem(field: "sectors", detail: "has \(sectors.count) entries, more than \(Self.sectorsMax)")
        }
        var known: Set<String> = []
        for (index, sector) in sectors.enumerated() {
            let place = "sectors[\(index)]"
            try TextRule.label.check(sector.name, at: "\(place).name")
            guard known.insert(sector.name).inserted else { throw FieldProblem(field: "\(place).name", detail: "is there already") }
            if !sector.description.isEmpty { try TextRule.label.check(sector.description, at: "\(place).description") }
        }
        guard known.contains(SectorName.general) else {
            throw FieldProblem(field: "sectors", detail: "must contain \(SectorName.general), where everything goes that names no other")
        }
    }

    private func checkTargets() throws(FieldProblem) {
        guard sla.count <= Self.targetsMax else {
            throw FieldProblem(field: "sla", detail: "has \(sla.count) entries, more than \(Self.targetsMax)")
        }
        var names: Set<String> = []
        for (index, target) in sla.enumerated() {
            let place = "sla[\(index)]"
            try TextRule.label.check(target.name, at: "\(place).name")
            guard names.insert(target.name).inserted else { throw FieldProblem(field: "\(place).name", detail: "is there already") }
            if let channel = target.channel, !Channel.allCases.contains(channel) {
                throw FieldProblem(
                    field: "\(place).channel", detail: "is none of \(Channel.allCases.map(\.rawValue).joined(separator: ", "))")
            }
            if let sector = target.sector, !sectors.contains(where: { $0.name == sector }) {
                throw FieldProblem(field: "\(place).sector", detail: "is none of the company's sectors")
            }
            if let priority = target.priorityMin { try Self.check(priority, in: Self.priorityRange, at: "\(place).priority_min") }
            if let seconds = target.firstResponseSeconds {
                try Self.check(seconds, in: Self.targetSecondsRange, at: "\(place).first_response_seconds")
            }
            if let seconds = target.resolutionSeconds {
                try Self.check(seconds, in: Self.targetSecondsRange, at: "\(place).resolution_seconds")
            }
            guard target.firstResponseSeconds != nil || target.resolutionSeconds != nil else {
                throw FieldProblem(
                    field: "\(place).first_response_seconds", detail: "is missing, and so is resolution_seconds: one is needed")
            }
            if let first = target.firstResponseSeconds, let resolution = target.resolutionSeconds, first > resolution {
                throw FieldProblem(field: "\(place).resolution_seconds", detail: "is shorter than the time for the first response")
            }
            guard target.warnAtShare > 0, target.warnAtShare < 1 else {
                throw FieldProblem(
                    field: "\(place).warn_at_share", detail: "must be above 0 and below 1: a warning comes before the breach")
            }
        }
    }

    private static func check(_ number: Int, in range: ClosedRange<Int>, at field: String) throws(FieldProblem) {
        guard range.contains(number) else {
            throw FieldProblem(field: field, detail: "is not from \(range.lowerBound) to \(range.upperBound)")
        }
    }
}
