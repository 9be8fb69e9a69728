# The frame of every page, and words that stand on several.

language-of-page = Language
skip = Skip to the content
pages = Pages
nav-overview = Overview
nav-agents = Agents
nav-questions = Questions
nav-queues = Queues
nav-interviews = Interviews
nav-unlinked = Not linked
nav-wallboard = Wallboard
nav-surveys = Surveys
nav-settings = Settings
nav-phone = Phone
sign-out = Sign out
table-of-chart = The same as a table

answers-n = { $n ->
    [one] { $n } answer
   *[other] { $n } answers
}
