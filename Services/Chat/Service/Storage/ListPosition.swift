import Contracts
import Foundation

/// Where a list in the order of time goes on.
struct ListPosition {
    /// nil: behind all that have one.
    let time: Date?
    let id: EntityID

    init<Thing>(time: Date?, id: Identifier<Thing>) {
        self.time = time
        self.id = EntityID(id.uuid)
    }

    /// - Throws: ``ChatError/fieldInvalid(field:detail:)`` for anything that ``cursor`` did not make.
    init(_ text: String) throws(ChatError) {
        var cursor = ListCursor(text)
        let isLast = cursor?.hasNoTime() ?? false
        let time = isLast ? nil : cursor?.time()
        guard isLast || time != nil, let id = cursor?.id(Entity.self), cursor?.isAtEnd == true else {
            throw .fieldInvalid(field: "cursor", detail: ListCursor.problem)
        }
        self.init(time: time, id: id)
    }

    var cursor: String { ListCursor.text(.time(time), .id(id.uuid)) }
}
