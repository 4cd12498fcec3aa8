import Bus
import Contracts
import Foundation

/// Latest day first; a deleted team's days stay.
struct ListTeamPerformanceHandler: RequestHandler {
    let reader: RoutingReader

    func answer(_ request: ListTeamPerformance, context: RequestContext) async throws -> NumberedPage<TeamPerformance> {
        for (field, day) in [("from", request.from), ("to", request.to)] {
            guard day.map(Self.isDay) ?? true else {
                throw RoutingError.fieldInvalid(field: field, detail: "is not a day like 2026-11-25")
            }
        }
        if let from = request.from, let to = request.to, to < from {
            throw RoutingError.fieldInvalid(field: "to", detail: "is before from")
        }
        let part = try request.page.part { cursor in cursor.text().flatMap { Self.isDay($0) ? $0 : nil } }
        let slice = try await reader.teams(of: request.principal.clientID) { teams in
            guard try teams.find(request.teamID) != nil || teams.hasPerformance(request.teamID) else {
                throw RoutingError.teamNotFound(id: request.teamID)
            }
            return try teams.performance(of: request.teamID, from: request.from, to: request.to, part)
        }
        return request.page.page(slice) { ListCursor.text(.text($0.day)) }
    }

    /// A day of the calendar, from year 1 on.
    static func isDay(_ text: String) -> Bool {
        text.utf8.count == 10 && Timestamp.date(text + "T00:00:00Z") != nil
    }
}
