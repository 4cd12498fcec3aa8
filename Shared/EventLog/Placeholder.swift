package enum EventLogPlaceholder {}
