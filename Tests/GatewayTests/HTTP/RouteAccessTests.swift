import Contracts
import GatewayService
import Testing

/// A route's roles and those of the question that it asks a service: whoever passes the edge passes the service, and nobody is kept out by
/// one of them alone.
@Suite struct `A route` {
    private static let questions: [String: any BusQuestion.Type] = [
        "getOwnStatus": GetAgentStatus.self, "setOwnStatus": SetAgentStatus.self, "listOwnOffers": ListOffers.self,
        "acceptOffer": AcceptOffer.self, "declineOffer": DeclineOffer.self, "listQueue": ListQueue.self, "listAgents": ListAgents.self,
        "createAgent": SaveAgent.self, "getAgent": GetAgent.self, "changeAgent": SaveAgent.self, "deleteAgent": DeleteAgent.self,
        "assignSession": AssignConversation.self, "transferSession": ReturnConversation.self, "listDecisions": ListDecisions.self,
        "getRoutingPolicy": GetRoutingPolicy.self, "simulateRouting": SimulateRouting.self, "getSimulation": GetRoutingSimulation.self,
        "previewRouting": SelectAgent.self, "signIn": SignIn.self, "refreshTokens": RefreshTokens.self, "signOut": SignOut.self,
        "getMe": GetMe.self, "changePassword": ChangePassword.self, "acceptInvitation": AcceptInvitation.self,
        "getSigningKeys": GetSigningKeys.self, "getBusinessRules": GetBusinessRules.self, "changeBusinessRules": SaveBusinessRules.self,
        "listSettingsAudit": ListSettingsAudit.self, "listSectors": ListSectors.self, "getCustomer": GetCustomer.self,
        "changeCustomer": UpdateCustomer.self, "leaveContact": UpdateCustomer.self, "listBlockedCustomers": ListBlockedCustomers.self,
        "blockCustomer": BlockCustomer.self, "unblockCustomer": UnblockCustomer.self, "listJobs": ListJobs.self, "retryJob": RetryJob.self,
        "giveUpJob": GiveUpJob.self, "listKeys": ListAPIKeys.self, "createKey": CreateAPIKey.self, "revokeKey": RevokeAPIKey.self,
        "sendMessage": AppendMessage.self, "listMessages": ListMessages.self, "editMessage": EditMessage.self,
        "deleteMessage": DeleteMessage.self, "listRooms": ListRooms.self, "createRoom": SaveRoom.self, "getRoom": GetRoom.self,
        "changeRoom": SaveRoom.self, "deleteRoom": DeleteRoom.self, "listChatAudit": ListChatAudit.self,
        "getNotificationPreferences": GetChatNotificationPreferences.self,
        "setNotificationPreferences": SetChatNotificationPreferences.self, "openSession": OpenConversation.self,
        "listSessions": ListConversations.self, "countSessions": CountConversations.self, "getSession": GetConversation.self,
        "changeSession": ChangeConversation.self, "closeSession": ChangeConversation.self, "listParticipants": ListParticipants.self,
        "markRead": AdvanceReceipts.self, "reportTyping": ReportTyping.self, "openSessionSocket": GetConversation.self,
        "listSites": ListSites.self, "createSite": SaveSite.self, "getSite": GetSite.self, "changeSite": SaveSite.self,
        "rotateIdentitySecret": RotateIdentitySecret.self, "listTeams": ListTeams.self, "createTeam": SaveTeam.self,
        "changeTeams": ChangeTeams.self, "suggestTeamMoves": SuggestTeamMoves.self, "getTeam": GetTeam.self, "changeTeam": SaveTeam.self,
        "deleteTeam": DeleteTeam.self, "listTeamMembers": ListTeamMembers.self, "addTeamMember": SaveTeamMember.self,
        "changeTeamMember": SaveTeamMember.self, "removeTeamMember": RemoveTeamMember.self, "assignTeamAgent": AssignTeamAgent.self,
        "endTeamAssignment": EndTeamAssignment.self, "listTeamPerformance": ListTeamPerformance.self, "listUsers": ListUsers.self,
        "createUser": CreateUser.self, "changeUser": UpdateUser.self, "resendInvitation": ResendInvitation.self,
        "resetPassword": ResetPassword.self, "listSignIns": ListSignIns.self, "endSignIns": EndSignIns.self, "endSignIn": EndSignIns.self,
        "openVisitor": IssueVisitorToken.self, "forgetVisitor": ForgetVisitor.self,
    ]

    /// Routes that ask a question of others for some of its askers only.
    private static let narrower: Set = ["changeCustomer", "leaveContact", "reportTyping"]
    /// Routes whose visitors are refused by the service itself.
    private static let wider: Set = ["listRooms", "getRoom"]
    /// Routes that ask nothing.
    private static let silent: Set = ["getOpenAPI", "openRealtimeSocket"]

    @Test func `lets in whom its question lets in`() async throws {
        try await withGateway { (gateway) async throws in
            for route in gateway.service.routes {
                guard let operation = route.operation, !Self.silent.contains(operation) else { continue }
                guard let question = Self.questions[operation] else { Issue.record("which question does \(operation) ask?"); continue }
                if Self.narrower.contains(operation) {
                    #expect(question.access.roles.isStrictSuperset(of: route.access.roles), "\(operation)")
                } else if Self.wider.contains(operation) {
                    #expect(question.access.roles.isStrictSubset(of: route.access.roles), "\(operation)")
                } else {
                    #expect(question.access == route.access, "\(operation)")
                }
            }
        }
    }
}

extension Access {
    fileprivate var roles: Set<Role> {
        switch self {
        case .anyone: []
        case .roles(let roles): roles
        }
    }
}
