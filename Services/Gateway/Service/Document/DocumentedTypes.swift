import Contracts

extension Page: Described where Item: Described {
    package static var meaning: Meaning {
        Meaning(
            Item.meaning.list?.name, .answer, Item.meaning.list?.text,
            fields: [
                Field("items", "Those of this page, in order."),
                Field("next_cursor", "Pass as `cursor` to read the next page; null on the last one."),
            ])
    }
}

extension NumberedPage: Described where Item: Described {
    package static var meaning: Meaning {
        Meaning(
            Item.meaning.list?.name, .answer, Item.meaning.list?.text,
            fields: Page<Item>.meaning.fields + [
                Field("page", "Its number, where pages are numbered."),
                Field("page_size", "Items of a numbered page, but the last one."),
                Field("total", "Items of all pages, where they are numbered."),
            ])
    }
}

extension NamedEntry: Described where Entry: Described {
    static var meaning: Meaning {
        let entry = Entry.meaning
        return Meaning(
            entry.name, entry.side, entry.text,
            fields: entry.fields + [
                Field(
                    "customer_name",
                    "The customer's name, otherwise the e-mail address; null for a visitor without either, or while names cannot be had.")
            ], example: entry.example, list: entry.list)
    }
}

/// What operations take and give, as the document's operations name it.
enum DocumentedTypes {
    static var all: [any (Decodable & Described).Type] {
        [
            RoutingAgent.self,
            AgentController.AgentChange.self,
            Page<RoutingAgent>.self,
            AgentController.Assign.self,
            AgentController.Assigned.self,
            Page<ChatAuditEntry>.self,
            CustomerController.Block.self,
            Page<BlockedCustomer>.self,
            BusinessRules.self,
            BusinessRulesController.Draft.self,
            CustomerController.Contact.self,
            KeyController.CreatedKey.self,
            UserController.CreatedUser.self,
            CustomerCard.self,
            CustomerController.Change.self,
            Session.CustomerSummary.self,
            Page<Decision>.self,
            IdentitySecret.self,
            AuthController.Invitation.self,
            JobSummary.self,
            Page<JobSummary>.self,
            Page<APIKeySummary>.self,
            Message.self,
            MessageController.Edit.self,
            MessagePage.self,
            AgentController.NewAgent.self,
            KeyController.NewKey.self,
            MessageController.NewMessage.self,
            RoomController.NewRoom.self,
            SessionController.NewSession.self,
            AgentController.Draft.self,
            SiteController.NewSite.self,
            TeamController.NewTeam.self,
            TeamController.Assignment.self,
            TeamController.NewMember.self,
            UserController.NewUser.self,
            VisitorController.Opening.self,
            ChatNotificationPreferences.self,
            AgentController.Refusal.self,
            AgentController.NamedOffers.self,
            Page<Participant>.self,
            AuthController.NewPassword.self,
            Presence.self,
            Page<NamedEntry<QueueEntry>>.self,
            SessionController.Read.self,
            AuthController.Refresh.self,
            ChatRoom.self,
            RoomController.RoomChange.self,
            Page<ChatRoom>.self,
            RoutingPolicyInUse.self,
            AgentController.Work.self,
            Page<SectorName>.self,
            SelectedAgent.self,
            Session.self,
            SessionController.Change.self,
            ConversationCounts.self,
            Page<Session>.self,
            Page<SettingsAuditEntry>.self,
            AuthController.Credentials.self,
            Page<SignInSummary>.self,
            SignedInUser.self,
            SigningKeySet.self,
            RoutingSimulation.self,
            Website.self,
            SiteController.Change.self,
            Page<Website>.self,
            AgentController.StatusChoice.self,
            Team.self,
            TeamAssignment.self,
            TeamController.Change.self,
            TeamMember.self,
            TeamController.MemberChange.self,
            NumberedPage<TeamMember>.self,
            TeamMoves.self,
            TeamController.Results.self,
            TeamController.Changes.self,
            NumberedPage<Team>.self,
            NumberedPage<TeamPerformance>.self,
            AuthController.Tokens.self,
            AgentController.Transfer.self,
            SessionController.Typing.self,
            UserAccount.self,
            UserController.Change.self,
            UserController.Link.self,
            Page<UserAccount>.self,
            VisitorController.Opened.self,
            Problem.Document.self,
        ]
    }
}
