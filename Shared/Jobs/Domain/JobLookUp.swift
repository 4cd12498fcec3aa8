/// What the provider says of a job whose outcome was not known.
package enum JobLookUp: Sendable, Equatable {
    case done
    /// The provider is sure that it never got it; it is tried again.
    case notDone
    case stillUnknown
}
