import Contracts

extension BusinessRulesController {
    static let operations: [Operation] = [
        Operation(
            "getBusinessRules", "Business rules", "Get the business rules",
            "Opening hours, holidays, service level targets, routing, retention and sectors: one document with a version. Until somebody changes it, its version is 0 and it holds the defaults.",
            answers: [.init(200, "The rules.", BusinessRules.self)]),
        Operation(
            "changeBusinessRules", "Business rules", "Change the business rules",
            "Members that are left out stay as they are; those that are given replace the old ones whole. The change, its entry in the audit and the event are one transaction. A change of targets or hours counts for conversations that begin afterwards.",
            takes: BusinessRulesController.Draft.self, answers: [.init(200, "The rules as they are now.", BusinessRules.self)],
            refusals: [409]),
        Operation(
            "listSettingsAudit", "Business rules", "Read who changed the settings",
            "Each change of business rules, users and keys with the whole of it before and after. At most 20 in one page. Nothing that signs in is in it. A `user` is `{id, email, name, role, disabled, has_password}`, with `link` `{purpose, expires_at}` after an invitation or a reset, with `sign_ins`, how many went on, where all were ended, and with `sign_in` where one was; a `key` is `{id, name, scopes, expires_at, revoked}`.",
            query: [.limit, .cursor], answers: [.init(200, "Changes.", Page<SettingsAuditEntry>.self)]),
        Operation(
            "listSectors", "Business rules", "List the sectors", "Those that the business rules name.",
            answers: [.init(200, "All sectors.", Page<SectorName>.self)]),
    ]
}
