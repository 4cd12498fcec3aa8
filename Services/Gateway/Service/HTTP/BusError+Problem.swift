import Bus
import Contracts

extension BusError {
    /// No `default`: a new case does not compile until someone chose its status and its sentence.
    package var problem: Problem {
        switch self {
        case .refused(let refusal):
            Problem(serviceRefusal: refusal.code, service: "service")
        case .malformed:
            Problem(.badGateway, "answer-malformed", detail: "A service did not understand the request or its answer was not understood.")
        case .unknownSubject:
            Problem(.badGateway, "not-answered", detail: "No service answers to this yet.")
        case .internal(let incident):
            Problem(.internalServerError, "internal", detail: "Something is wrong on our side.").with(\.incident, incident)
        case .overloaded(let retryAfter):
            Problem(.serviceUnavailable, "overloaded", detail: "Too much is waiting. Ask again with the same key.").retryAfter(retryAfter)
        case .unavailable(let retryAfter):
            Problem(.serviceUnavailable, "unavailable", detail: "A service is away. Ask again with the same key.").retryAfter(retryAfter)
        case .deadlineExceeded:
            Problem(
                .serviceUnavailable, "deadline-exceeded",
                detail: "It took too long, and may or may not have happened. Ask again with the same key."
            ).retryAfter(.seconds(1))
        case .replicasLost:
            Problem(
                .serviceUnavailable, "replicas-lost",
                detail: "Those who worked on it were lost twice. It may or may not have happened. Ask again with the same key."
            ).retryAfter(.seconds(1))
        case .cancelled:
            Problem(.serviceUnavailable, "cancelled", detail: "The request was given up.").retryAfter(.seconds(1))
        }
    }
}

extension Problem {
    static let idempotencyKeyReused = Problem(
        .unprocessableContent, "idempotency-key-reused", detail: "This Idempotency-Key was used for another request.")

    /// A refusal with a code that this build does not know: rendered, never swallowed. What the bus says alike for all services is known here.
    init(serviceRefusal code: String, service: String) {
        switch code {
        case "idempotency-key-reused":
            self = .idempotencyKeyReused
        default:
            self.init(.badGateway, code, detail: "The \(service) refused this.")
        }
    }

    /// - Parameter incident: stands in the log when the error is a bug of ours.
    init(_ error: any Error, incident: () -> String) {
        switch error {
        case let problem as Problem: self = problem
        case let error as ChatError: self = error.problem
        case let error as AccountsError: self = error.problem
        case let error as RoutingError: self = error.problem
        case let error as JobsError: self = error.problem
        case let error as BusError: self = error.problem
        case is CancellationError: self = BusError.cancelled.problem
        default: self = BusError.internal(incident: incident()).problem
        }
    }
}
