import Contracts

extension KeyController {
    static let operations: [Operation] = [
        Operation(
            "listKeys", "Users and keys", "List API keys", query: [.limit, .cursor],
            answers: [.init(200, "Keys.", Page<APIKeySummary>.self)]),
        Operation(
            "createKey", "Users and keys", "Make an API key", takes: KeyController.NewKey.self,
            answers: [.init(201, "Made; the secret is shown this once.", KeyController.CreatedKey.self)]),
        Operation(
            "revokeKey", "Users and keys", "Revoke an API key", answers: [.init(204, "Works no more within 30 s.")]),
    ]
}
