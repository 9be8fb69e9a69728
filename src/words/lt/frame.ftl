# Visų puslapių rėmas ir žodžiai, kurie kartojasi.

language-of-page = Kalba
skip = Pereiti prie turinio
pages = Puslapiai
nav-overview = Apžvalga
nav-agents = Agentai
nav-questions = Klausimai
nav-queues = Eilės
nav-interviews = Apklausos
nav-unlinked = Nesusieta
nav-wallboard = Švieslentė
nav-surveys = Klausimynai
nav-settings = Nustatymai
nav-phone = Telefonas
sign-out = Atsijungti
table-of-chart = Tas pats lentelėje

answers-n = { $n ->
    [one] { $n } atsakymas
    [few] { $n } atsakymai
    [many] { $n } atsakymo
   *[other] { $n } atsakymų
}
