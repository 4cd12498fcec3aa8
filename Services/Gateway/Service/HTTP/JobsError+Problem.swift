import Contracts

extension JobsError {
    /// No `default`: a new case does not compile until someone chose its status and its sentence.
    package var problem: Problem {
        switch self {
        case .jobNotFound(let id):
            Problem(.notFound, code, detail: "You have no job \(id).")
        case .jobRunning:
            Problem(.conflict, code, detail: "This job is running; what comes of it will be known when it ends.")
        case .jobDone:
            Problem(.conflict, code, detail: "This job is done.")
        case .fieldInvalid(let field, let detail):
            Problem(.badRequest, code, field: field, detail: detail)
        case .roleMayNot(let role):
            Problem(.forbidden, code, detail: "The role \(role) may not do this.")
        case .unknown(let code):
            Problem(serviceRefusal: code, service: "service")
        }
    }
}
