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
