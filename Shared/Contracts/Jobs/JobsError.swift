/// Why a service refuses what is asked of its jobs.
package enum JobsError: ServiceError {
    case jobNotFound(id: JobID)
    /// It runs just now; its outcome is not known before it ends.
    case jobRunning(id: JobID)
    case jobDone(id: JobID)
    case fieldInvalid(field: String, detail: String)
    case roleMayNot(role: String)
    /// From a newer service.
    case unknown(code: String)

    package var code: String {
        switch self {
        case .jobNotFound: "job-not-found"
        case .jobRunning: "job-running"
        case .jobDone: "job-done"
        case .fieldInvalid: "field-invalid"
        case .roleMayNot: "role-may-not"
        case .unknown(let code): code
        }
    }

    package var details: [String: JSONValue] {
        switch self {
        case .jobNotFound(let id), .jobRunning(let id), .jobDone(let id): ["id": .string(id.description)]
        case .fieldInvalid(let field, let detail): ["field": .string(field), "detail": .string(detail)]
        case .roleMayNot(let role): ["role": .string(role)]
        case .unknown: [:]
        }
    }

    package init(code: String, details: [String: JSONValue]) {
        let fields = RefusalDetails(details)
        do {
            switch code {
            case "job-not-found": self = .jobNotFound(id: try fields.identifier("id"))
            case "job-running": self = .jobRunning(id: try fields.identifier("id"))
            case "job-done": self = .jobDone(id: try fields.identifier("id"))
            case "field-invalid": self = .fieldInvalid(field: try fields.text("field"), detail: try fields.text("detail"))
            case "role-may-not": self = .roleMayNot(role: try fields.text("role"))
            default: self = .unknown(code: code)
            }
        } catch {  // a newer service says this code with other details
            self = .unknown(code: code)
        }
    }
}
