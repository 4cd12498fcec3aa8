import Contracts

extension AccountsError {
    /// No `default`: a new case does not compile until someone chose its status and its sentence.
    package var problem: Problem {
        switch self {
        case .signInFailed:
            Problem(.unauthorized, code, detail: "E-mail or password is wrong.").with(.wwwAuthenticate, "Bearer realm=\"switchboard\"")
        case .clientRequired:
            Problem(.badRequest, code, field: "client", detail: "names the company: this e-mail is known to several")
        case .tooManyAttempts(let seconds):
            Problem(.tooManyRequests, code, detail: "Too many attempts to sign in.").retryAfter(.seconds(seconds))
        case .refreshTokenInvalid:
            Problem(.unauthorized, code, detail: "The refresh token is not valid any more.")
                .with(.wwwAuthenticate, "Bearer realm=\"switchboard\"")
        case .refreshTokenReused:
            Problem(.unauthorized, code, detail: "The refresh token was used twice; all tokens of this sign-in are revoked.")
                .with(.wwwAuthenticate, "Bearer realm=\"switchboard\"")
        case .tokenInvalid:
            Problem(.unauthorized, code, field: "token", detail: "is not valid").with(.wwwAuthenticate, "Bearer realm=\"switchboard\"")
        case .accessEnded:
            Problem.unauthorized("This sign-in has ended. Sign in again.")
        case .ownAccount(let field):
            Problem(.conflict, code, field: field, detail: "is your own; another administrator can change it")
        case .keyInvalid:
            Problem.unauthorized("The API key is not valid.")
        case .invitationInvalid:
            Problem(.badRequest, code, field: "token", detail: "was used already, has expired or was never given out")
        case .passwordWrong:
            Problem(.badRequest, code, field: "current_password", detail: "is wrong")
        case .passwordTooWeak(let field, let detail):
            Problem(.badRequest, code, field: field, detail: detail)
        case .emailTaken(let field):
            Problem(.conflict, code, field: field, detail: "belongs to another user")
        case .slugTaken(let field):
            Problem(.conflict, code, field: field, detail: "belongs to another company")
        case .userNotFound(let id):
            Problem(.notFound, code, detail: "You have no user \(id).")
        case .userDisabled:
            Problem(.conflict, code, detail: "This user is disabled. Enable them first.")
        case .invitationAccepted:
            Problem(.conflict, code, detail: "This user has had a password already. Reset it instead.")
        case .invitationOpen:
            Problem(.conflict, code, detail: "This user has never had a password. Send the invitation again instead.")
        case .signInNotFound:
            Problem(.notFound, code, detail: "This user has no such session.")
        case .ownPassword:
            Problem(.conflict, code, detail: "Change your own password with the one you have, or let another administrator reset it.")
        case .lastAdministrator:
            Problem(.conflict, code, detail: "The last administrator stays one.")
        case .siteNotFound:
            Problem(.notFound, code, detail: "There is no such site.")
        case .originNotAllowed(let origin):
            Problem(.forbidden, code, detail: "The site does not allow \(origin).")
        case .apiKeyNotFound(let id):
            Problem(.notFound, code, detail: "You have no key \(id).")
        case .idReused(let field):
            Problem(.conflict, code, field: field, detail: "was used for something else")
        case .fieldInvalid(let field, let detail):
            Problem(.badRequest, code, field: field, detail: detail)
        case .roleMayNot(let role):
            Problem(.forbidden, code, detail: "The role \(role) may not do this.")
        case .ruleInvalid(let field, let detail):
            Problem(.unprocessableContent, code, field: field, detail: detail)
        case .rulesMovedOn(let version):
            Problem(.conflict, code, detail: "Somebody else changed the business rules; look at theirs first.")
                .with(\.version, version)
        case .unknown(let code):
            Problem(serviceRefusal: code, service: "accounts")
        }
    }
}
