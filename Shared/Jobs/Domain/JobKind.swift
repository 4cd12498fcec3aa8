/// A kind of side effect outside, declared once: how it may be repeated, and for how long.
package struct JobKind: Sendable, Equatable {
    /// Bytes of a name, which is a label in metrics.
    package static let nameBytesMax = 64

    /// Such as `send-sms`. For ever: rows carry it.
    package let name: String
    /// Attempts before it fails; counted anew when somebody retries it by hand.
    package let attemptsMax: Int
    /// How old it may become before it fails, since it was made or retried by hand. A message of yesterday helps nobody.
    package let ageMax: Duration
    /// Whether the provider recognises the job's id and does a repeated one once. Only then is an attempt repeated whose outcome nobody
    /// knows. Said wrongly, customers get everything twice.
    package let isDeduplicatedByProvider: Bool
    /// How long one attempt may take; then it is cancelled, and its outcome is not known.
    package let attemptTimeMax: Duration
    /// Pauses between attempts.
    package let backoff: Backoff
    /// How often the provider is asked what became of an unknown one, before it is left to people.
    package let lookUpsMax: Int
    /// Pauses before and between those questions: a provider needs a moment to know of what it was just sent.
    package let lookUpPause: Duration

    package init(
        _ name: String, attemptsMax: Int, ageMax: Duration, isDeduplicatedByProvider: Bool, attemptTimeMax: Duration = .seconds(30),
        backoff: Backoff = Backoff(), lookUpsMax: Int = 5, lookUpPause: Duration = .seconds(30)
    ) {
        precondition(name.utf8.count <= Self.nameBytesMax, "a job's kind has a short name")
        self.name = name
        self.attemptsMax = attemptsMax
        self.ageMax = ageMax
        self.isDeduplicatedByProvider = isDeduplicatedByProvider
        self.attemptTimeMax = attemptTimeMax
        self.backoff = backoff
        self.lookUpsMax = lookUpsMax
        self.lookUpPause = lookUpPause
    }
}
