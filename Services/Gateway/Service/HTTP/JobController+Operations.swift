import Contracts

extension JobController {
    static let operations: [Operation] = [
        Operation(
            "listJobs", "Side effects", "List what is done outside",
            "The latest first: messages on their way to a provider, notifications, calls of other systems. `failed` did not happen; `unknown` may have happened, and is not repeated unless you say so.",
            query: [
                .schema(
                    "service", "The service whose jobs are meant. None of this version has jobs yet, so every name is refused.",
                    ["type": "string"], isRequired: true),
                .word("state", "Only those in this state.", of: JobState.allCases.map(\.rawValue)), .limit, .cursor,
            ], answers: [.init(200, "Jobs.", Page<JobSummary>.self)]),
        Operation(
            "retryJob", "Side effects", "Try a job again",
            "At once, with all its attempts before it. One that is `unknown` may then happen twice. One that runs or is done is refused with 409.",
            query: [
                .schema(
                    "service", "The service whose job is meant. None of this version has jobs yet, so every name is refused.",
                    ["type": "string"], isRequired: true)
            ], answers: [.init(200, "Queued.", JobSummary.self)], refusals: [409]),
        Operation(
            "giveUpJob", "Side effects", "Give a job up",
            "It is not tried any more, and kept as `failed`. One that runs or is done is refused with 409.",
            query: [
                .schema(
                    "service", "The service whose job is meant. None of this version has jobs yet, so every name is refused.",
                    ["type": "string"], isRequired: true)
            ], answers: [.init(200, "Given up.", JobSummary.self)], refusals: [409]),
    ]
}
