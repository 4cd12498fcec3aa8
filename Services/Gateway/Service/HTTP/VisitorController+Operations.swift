import Contracts

extension VisitorController {
    static let operations: [Operation] = [
        Operation(
            "openVisitor", "Widget", "Become a visitor",
            "New ones are limited by address and website, whoever asks. A token that has expired or was forgotten makes a new visitor.",
            takes: VisitorController.Opening.self, answers: [.init(201, "A token for this visitor.", VisitorController.Opened.self)],
            refusals: [401, 403, 404]),
        Operation(
            "forgetVisitor", "Widget", "Forget this browser",
            "The visitor's tokens in this browser are refused from then on, and its sockets closed with 4001.",
            answers: [.init(204, "Forgotten.")]),
    ]
}
