/// A turn must know this before it can go on. Nothing has changed yet that would change again.
package struct Unanswered: Error, Equatable {
    package let question: TurnQuestion
}
