import Contracts

extension SiteController {
    static let operations: [Operation] = [
        Operation(
            "listSites", "Websites", "List websites", query: [.limit, .cursor], answers: [.init(200, "Sites.", Page<Website>.self)]),
        Operation(
            "createSite", "Websites", "Add a website", takes: SiteController.NewSite.self, answers: [.init(201, "Added.", Website.self)],
            refusals: [409]),
        Operation(
            "getSite", "Websites", "Get a website", answers: [.init(200, "The site.", Website.self)]),
        Operation(
            "changeSite", "Websites", "Change a website", takes: SiteController.Change.self,
            answers: [.init(200, "Changed.", Website.self)]),
        Operation(
            "rotateIdentitySecret", "Websites", "Rotate the identity secret",
            answers: [.init(200, "A new secret; the previous one stays valid until the next rotation.", IdentitySecret.self)]),
    ]
}
