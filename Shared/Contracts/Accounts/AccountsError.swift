/// Why accounts refuses. Nothing in it says whether an e-mail is known.
package enum AccountsError: ServiceError {
    /// Wrong e-mail or password, or the user is disabled: always the same answer.
    case signInFailed
    /// Several companies know this e-mail.
    case clientRequired
    case tooManyAttempts(retryAfterSeconds: Int)
    case refreshTokenInvalid
    /// A rotated token came again; the whole family is revoked.
    case refreshTokenReused
    /// A visitor token, or its identity, does not verify.
    case tokenInvalid
    /// Whoever asks was disabled, has another role, signed out or was revoked since the token was signed.
    case accessEnded
    /// Nobody changes their own role or state, whatever they are.
    case ownAccount(field: String)
    case keyInvalid
    /// Used, expired or never given out.
    case invitationInvalid
    case passwordWrong
    case passwordTooWeak(field: String, detail: String)
    case emailTaken(field: String)
    case slugTaken(field: String)
    case userNotFound(id: UserID)
    /// Somebody disabled gets neither invitation nor reset.
    case userDisabled
    /// There is a password already: it can be reset, not chosen for the first time again.
    case invitationAccepted
    /// There was never a password that could be reset: the invitation can be sent again.
    case invitationOpen
    case signInNotFound
    /// One's own password is changed by whoever knows it.
    case ownPassword
    /// The last administrator can neither be disabled nor change role.
    case lastAdministrator
    case siteNotFound
    case originNotAllowed(origin: String)
    case apiKeyNotFound(id: APIKeyID)
    /// The id was used for something else.
    case idReused(field: String)
    case fieldInvalid(field: String, detail: String)
    case roleMayNot(role: String)
    /// A member of the business rules cannot be so; `field` is its path.
    case ruleInvalid(field: String, detail: String)
    /// Somebody else changed the business rules, which have this version now.
    case rulesMovedOn(version: Int)
    /// From a newer service.
    case unknown(code: String)

    package var code: String {
        switch self {
        case .signInFailed: "sign-in-failed"
        case .clientRequired: "client-required"
        case .tooManyAttempts: "too-many-attempts"
        case .refreshTokenInvalid: "refresh-token-invalid"
        case .refreshTokenReused: "refresh-token-reused"
        case .tokenInvalid: "token-invalid"
        case .accessEnded: "access-ended"
        case .ownAccount: "own-account"
        case .keyInvalid: "key-invalid"
        case .invitationInvalid: "invitation-invalid"
        case .passwordWrong: "password-wrong"
        case .passwordTooWeak: "password-too-weak"
        case .emailTaken: "email-taken"
        case .slugTaken: "slug-taken"
        case .userNotFound: "user-not-found"
        case .userDisabled: "user-disabled"
        case .invitationAccepted: "invitation-accepted"
        case .invitationOpen: "invitation-open"
        case .signInNotFound: "sign-in-not-found"
        case .ownPassword: "own-password"
        case .lastAdministrator: "last-administrator"
        case .siteNotFound: "site-not-found"
        case .originNotAllowed: "origin-not-allowed"
        case .apiKeyNotFound: "api-key-not-found"
        case .idReused: "id-reused"
        case .fieldInvalid: "field-invalid"
        case .roleMayNot: "role-may-not"
        case .ruleInvalid: "business-rules-invalid"
        case .rulesMovedOn: "business-rules-moved-on"
        case .unknown(let code): code
        }
    }

    package var details: [String: JSONValue] {
        switch self {
        case .tooManyAttempts(let retryAfterSeconds): ["retry_after_seconds": .integer(Int64(retryAfterSeconds))]
        case .passwordTooWeak(let field, let detail): ["field": .string(field), "detail": .string(detail)]
        case .ownAccount(let field): ["field": .string(field)]
        case .emailTaken(let field): ["field": .string(field)]
        case .slugTaken(let field): ["field": .string(field)]
        case .userNotFound(let id): ["id": .string(id.description)]
        case .originNotAllowed(let origin): ["origin": .string(origin)]
        case .apiKeyNotFound(let id): ["id": .string(id.description)]
        case .idReused(let field): ["field": .string(field)]
        case .fieldInvalid(let field, let detail): ["field": .string(field), "detail": .string(detail)]
        case .roleMayNot(let role): ["role": .string(role)]
        case .ruleInvalid(let field, let detail): ["field": .string(field), "detail": .string(detail)]
        case .rulesMovedOn(let version): ["version": .integer(Int64(version))]
        case .signInFailed, .clientRequired, .refreshTokenInvalid, .refreshTokenReused, .tokenInvalid, .accessEnded,
            .keyInvalid, .invitationInvalid,
            .passwordWrong, .userDisabled, .invitationAccepted, .invitationOpen, .signInNotFound,
            .ownPassword, .lastAdministrator, .siteNotFound, .unknown:
            [:]
        }
    }

    package init(code: String, details: [String: JSONValue]) {
        let fields = RefusalDetails(details)
        do {
            switch code {
            case "sign-in-failed": self = .signInFailed
            case "client-required": self = .clientRequired
            case "too-many-attempts": self = .tooManyAttempts(retryAfterSeconds: try fields.integer("retry_after_seconds"))
            case "refresh-token-invalid": self = .refreshTokenInvalid
            case "refresh-token-reused": self = .refreshTokenReused
            case "token-invalid": self = .tokenInvalid
            case "access-ended": self = .accessEnded
            case "own-account": self = .ownAccount(field: try fields.text("field"))
            case "key-invalid": self = .keyInvalid
            case "invitation-invalid": self = .invitationInvalid
            case "password-wrong": self = .passwordWrong
            case "password-too-weak": self = .passwordTooWeak(field: try fields.text("field"), detail: try fields.text("detail"))
            case "email-taken": self = .emailTaken(field: try fields.text("field"))
            case "slug-taken": self = .slugTaken(field: try fields.text("field"))
            case "user-not-found": self = .userNotFound(id: try fields.identifier("id"))
            case "user-disabled": self = .userDisabled
            case "invitation-accepted": self = .invitationAccepted
            case "invitation-open": self = .invitationOpen
            case "sign-in-not-found": self = .signInNotFound
            case "own-password": self = .ownPassword
            case "last-administrator": self = .lastAdministrator
            case "site-not-found": self = .siteNotFound
            case "origin-not-allowed": self = .originNotAllowed(origin: try fields.text("origin"))
            case "api-key-not-found": self = .apiKeyNotFound(id: try fields.identifier("id"))
            case "id-reused": self = .idReused(field: try fields.text("field"))
            case "field-invalid": self = .fieldInvalid(field: try fields.text("field"), detail: try fields.text("detail"))
            case "role-may-not": self = .roleMayNot(role: try fields.text("role"))
            case "business-rules-invalid": self = .ruleInvalid(field: try fields.text("field"), detail: try fields.text("detail"))
            case "business-rules-moved-on": self = .rulesMovedOn(version: try fields.integer("version"))
            default: self = .unknown(code: code)
            }
        } catch {  // a newer service says this code with other details
            self = .unknown(code: code)
        }
    }
}
