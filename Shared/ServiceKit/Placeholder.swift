package enum ServiceKitPlaceholder {}
